import type { Schema } from './answers/schema.js';

/** Texts by the name of their member, where the schema does not bring an example of its own. */
const TEXTS: Readonly<Record<string, string>> = {
  access_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJrb21tdW5lcm5hIn0.c2lnbmF0dXJl',
  apiName: 'delge-gateway',
  apiStatus: 'beta',
  apiVersion: '1.0.0',
  authority: 'fk/forsakringskassan',
  basis: 'LUF-2008-206-3',
  bases: 'LUF-2008-206-3',
  checkpoint:
    'delge.example/disclosure\n4711\nq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=\n\n— delge.example/disclosure c2ln\n',
  diaryNumber: 'FK 2026-000417',
  entries: 'ZXhhbXBsZQ',
  env: 'sandbox',
  environment: 'sandbox',
  erasedBy: '4712',
  from: '4700',
  function: 'kontroll',
  gateway: 'kommunerna',
  'If-None-Match': '"q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80"',
  'If-Match': '"q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80"',
  idx: '4711',
  index: '4711',
  keys: 'delge.example/keys',
  keysSize: '118',
  kind: 'delivered',
  leftOut: 'circumstances~observation',
  mandate: 'delegation',
  name: 'tidrapport.pdf',
  next: '1764000000000.17',
  office: 'lss-handlaggare',
  outcome: 'met',
  publicKey: 'whpk_q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=',
  recipientFunction: 'kontroll',
  root: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=',
  sha256: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80',
  bodySha256: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80',
  size: '4711',
  test: 'ANLEDNING',
  tile: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=',
  type: 'misuse-of-assistance-allowance/1',
  disclosure: 'delge.example/disclosure',
};
const FORMATS: Readonly<Record<string, string>> = {
  uuid: '81d36043-bdea-48b4-9206-ce143f2be122',
  'date-time': '2026-11-24T08:00:00.000Z',
  date: '2026-11-24',
  uri: 'https://handlaggning.linkoping.example/delge',
  'uri-reference': '/v1/referrals/81d36043-bdea-48b4-9206-ce143f2be122',
};

/** The first that fits: what is made for the member, then whatever the pattern takes. */
const textOf = (name: string, format: string, pattern = ''): string => {
  const fits = new RegExp(pattern, 'u');
  const all = [FORMATS[format], TEXTS[name], ...(pattern === '' ? [] : Object.values({ ...FORMATS, ...TEXTS }))];
  return all.find((text) => text !== undefined && fits.test(text)) ?? 'text';
};

/**
 * What a schema describes, with the members that are always there: the same each time, so that what is published can be compared.
 * @param name of the member that it stands in
 * @param named what `$ref` leads to
 */
export const exampleOf = (schema: Schema, named: Readonly<Record<string, Schema>> = {}, name = ''): unknown => {
  const {
    $ref,
    examples,
    oneOf,
    required = [],
    properties,
    items,
    minimum,
  } = schema as {
    readonly $ref?: string;
    readonly examples?: readonly unknown[];
    readonly enum?: readonly unknown[];
    readonly oneOf?: readonly Schema[];
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
    readonly minimum?: number;
  };
  if ($ref !== undefined) return exampleOf(named[$ref.split('/').at(-1) ?? ''] ?? {}, named, name);
  if (examples !== undefined) return examples[0];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown;
  if (oneOf?.[0] !== undefined) return exampleOf(oneOf[0], named, name);
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        required.map((member) => [member, exampleOf(properties?.[member] ?? {}, named, member)]),
      );
    case 'array':
      return [exampleOf(items ?? {}, named, name)];
    case 'integer':
      return minimum ?? 200;
    case 'boolean':
      return false;
    default:
      return textOf(name, String(schema['format']), schema['pattern'] as string | undefined);
  }
};
