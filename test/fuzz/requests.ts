import fc from 'fast-check';
import { OPERATIONS } from './api.js';
import type { Operation, Parameter } from './api.js';
import { bodiesOf } from './bodies.js';
import type { Body } from './bodies.js';
import { BENT, BROKEN, FORMS, HEADERS, METHODS, OWN_IDS, TILES, TYPES } from './tables.js';
import type { Values } from './values.js';

/** Whose token a request brings, or, of a member of the owner's staff, session. */
export type Who = 'owner' | 'staff' | 'stranger' | 'nobody' | 'forged';

export interface FuzzRequest {
  readonly operation: Operation;
  readonly who: Who;
  /** What the request line names, as it goes over the wire. */
  readonly target: string;
  /** Of an operation's path, by name; of a path that was bent nothing is known. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer;
  /** What is certainly wrong with it whatever the description says. */
  readonly flaws: readonly string[];
  /** Of what HTTP itself is broken: it may be answered before anybody knows what it is about. */
  readonly wire?: string;
}

/** What there is to ask for. */
export interface World {
  /** By the first part of a path; of another id in it by its name. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  /** Bodies that are good, by operation. */
  readonly examples: Readonly<Record<string, readonly object[]>>;
  /** The same as staff send them. */
  readonly staffExamples: Readonly<Record<string, readonly object[]>>;
}

/** Said by hand where a route needs more of the dice than others. */
const WEIGHTS: Readonly<Record<string, number>> = {
  'POST /v1/referrals': 8,
  'POST /v1/disclosure-checks': 5,
  'POST /v1/referrals/{id}/assessments': 3,
  'POST /v1/attachments': 3,
  'GET /v1/logs/disclosure/tile/{path}': 2,
  // Much that is said of these once takes the place of all that could be said after.
  'PATCH /v1/attachments/{id}': 3,
  'PUT /v1/deliveries/{id}/handling': 3,
  'PUT /v1/subscriptions/{id}': 3,
  'POST /v1/subscriptions/{id}/backfill': 3,
  // Each that is granted is a look, and an entry in the log for ever.
  'POST /v1/logs/disclosure/openings': 1,
};

const parameterOf = ({ schema }: Parameter, { valid, strangeText }: Values): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: valid(schema).map(String) }, { weight: 1, arbitrary: strangeText });

const pathOf = (operation: Operation, world: World, values: Values): fc.Arbitrary<Readonly<Record<string, string>>> => {
  const described = operation.parameters.filter((one) => one.in === 'path');
  const kind = operation.path.split('/')[2] ?? '';
  const one = (parameter: Parameter): fc.Arbitrary<string> => {
    const known = world.ids[parameter.name === 'id' ? kind : parameter.name] ?? [];
    if (known.length === 0) return parameterOf(parameter, values);
    return fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...known) },
      { weight: 1, arbitrary: parameterOf(parameter, values) },
    );
  };
  return fc.record(Object.fromEntries(described.map((parameter) => [parameter.name, one(parameter)])), {
    noNullPrototype: true,
  });
};

const queryOf = (operation: Operation, values: Values): fc.Arbitrary<FuzzRequest['query']> => {
  const described = operation.parameters.filter((one) => one.in === 'query');
  const one = (parameter: Parameter) => parameterOf(parameter, values).map((value) => [parameter.name, value] as const);
  const extra = fc.tuple(
    fc.constantFrom('x', 'limit[]', 'Limit', '__proto__', 'sort', 'order', 'where'),
    values.strangeText,
  );
  const own = described.map((parameter) =>
    fc.option(one(parameter), { freq: parameter.required === true ? 9 : 1, nil: undefined }),
  );
  return fc
    .tuple(fc.tuple(...own), fc.option(extra, { freq: 1, nil: undefined }), fc.nat(9))
    .map(([given, more, dice]) => {
      const set = given.filter((pair) => pair !== undefined);
      const [first] = set;
      if (dice === 0 && first !== undefined) return [...set, first];
      return dice === 1 && more !== undefined ? [...set, more] : set;
    });
};

const SENT_OCTETS = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  // As many as are left of an upload of the world.
  fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.alloc(1024 * 1024 + 1)),
);

const bodyOf = (operation: Operation, examples: World['examples'], values: Values): fc.Arbitrary<Body | undefined> => {
  const { body, name } = operation;
  if (body === undefined)
    return fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Body>(
          { octets: Buffer.from('{'), flaws: [] },
          { octets: Buffer.from('{"a":1}'), flaws: [] },
        ),
      },
    );
  if (body.type === 'application/json')
    return fc.oneof(
      { weight: 12, arbitrary: bodiesOf(body.schema, examples[name] ?? [], values) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    );
  if (body.type === 'application/octet-stream') return SENT_OCTETS.map((octets) => ({ octets, flaws: [] }));
  // Nobody has signed them: whatever they are, they are refused.
  const forms = FORMS[body.type as keyof typeof FORMS];
  return fc
    .oneof(fc.constantFrom(...forms), values.strangeText)
    .map((text) => ({ octets: Buffer.from(text), flaws: ['not signed'] }));
};

const query = (pairs: FuzzRequest['query']): string =>
  pairs.length === 0
    ? ''
    : `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${escape(value)}`).join('&')}`;
/** A lone surrogate has no encoding of its own. */
const escape = (text: string): string => encodeURIComponent(text.toWellFormed());

const ofOperation = (operation: Operation, world: World, values: Values): fc.Arbitrary<FuzzRequest> => {
  const isTile = operation.path.endsWith('{path}');
  const headers = operation.parameters.filter((one) => one.in === 'header');
  const headersOf = fc.tuple(
    ...headers.map((parameter) =>
      fc.option(
        parameterOf(parameter, values).map(
          (value) => [parameter.name, value.replaceAll(/[^\x20-\x7e]/g, '?').trim()] as const,
        ),
        { freq: 5, nil: undefined },
      ),
    ),
  );
  return fc
    .record({
      who: fc.oneof(
        { weight: 12, arbitrary: fc.constant<Who>('owner') },
        { weight: operation.isOfStaff ? 6 : 1, arbitrary: fc.constant<Who>('staff') },
        { weight: 3, arbitrary: fc.constantFrom<Who>('stranger', 'nobody', 'forged') },
      ),
      path: pathOf(operation, world, values),
      tile: fc.oneof(fc.constantFrom(...TILES), values.strangeText.map(escape)),
      pairs: queryOf(operation, values),
      own: headersOf,
      odd: fc.option(fc.constantFrom(...HEADERS), { freq: 1, nil: undefined }),
      oddDice: fc.nat(9),
      type: fc.constantFrom(...TYPES),
      ofSystem: bodyOf(operation, world.examples, values),
      ofStaff: operation.isOfStaff ? bodyOf(operation, world.staffExamples, values) : fc.constant(undefined),
      bend: fc.constantFrom(...BENT),
      method: fc.constantFrom(...METHODS),
      broken: fc.constantFrom(...BROKEN),
      dice: fc.nat(99),
    })
    .map(({ who, path, tile, pairs, own, odd, oddDice, type, ofSystem, ofStaff, bend, method, broken, dice }) => {
      const body = who === 'staff' && operation.isOfStaff ? ofStaff : ofSystem;
      const inPath = isTile ? { ...path, path: tile } : path;
      const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        isTile && name === 'path' ? tile : escape(path[name] ?? ''),
      );
      // Under an id that it chose like the owner's it would have a thing of its own, and be no stranger to it.
      const isOwn =
        OWN_IDS.includes(operation.name) &&
        Object.values(world.ids)
          .flat()
          .includes(path['id'] ?? '');
      const asked: FuzzRequest = {
        operation,
        who: who === 'stranger' && isOwn ? 'owner' : who,
        target: `${filled}${query(pairs)}`,
        path: inPath,
        query: pairs,
        headers: [
          ...own.filter((pair) => pair !== undefined),
          ...(odd !== undefined && oddDice < 3 ? [odd] : []),
          ...(body === undefined ? [] : [['content-type', operation.body?.type ?? 'application/json'] as const]),
        ],
        ...(body === undefined ? {} : { body: body.octets }),
        flaws: body?.flaws ?? [],
      };
      const { path: _, ...elsewhere } = asked;
      // Without an id it is the path of the list.
      if (Object.values(inPath).includes('')) return elsewhere;
      if (dice < 4) return { ...elsewhere, target: bend(filled) };
      if (dice < 6) return { ...elsewhere, operation: { ...operation, method } };
      if (dice < 8) return { ...asked, headers: [...asked.headers, ...broken[1]], wire: broken[0] };
      const others = asked.headers.filter(([name]) => name !== 'content-type');
      if (dice < 12 && body !== undefined)
        return { ...asked, headers: [...others, ['content-type', type]], flaws: [...asked.flaws, 'media type'] };
      if (dice < 14 && body !== undefined)
        return {
          ...asked,
          headers: [...asked.headers, ['content-encoding', 'gzip']],
          flaws: [...asked.flaws, 'encoding'],
        };
      return asked;
    });
};

/** Requests to every operation of the published description, good and bent. */
export const requests = (world: World, values: Values): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(
    ...OPERATIONS.map((operation) => ({
      weight: WEIGHTS[operation.name] ?? 1,
      arbitrary: ofOperation(operation, world, values),
    })),
  );
