/**
 * Compiles rules and message types of libs/legal-basis from YAML to checked-in TypeScript.
 * Run with `node tools/compile-rules.ts`; a test compares the checked-in output with a fresh compilation.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { format } from 'prettier';

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
type Fields = { [key: string]: Plain };

const fail = (message: string): never => {
  throw new Error(message);
};
const fields = (value: Plain | undefined, what: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : fail(`${what}: expected a mapping`);
const list = (value: Plain | undefined, what: string): Plain[] =>
  Array.isArray(value) ? value : fail(`${what}: expected a list`);
const text = (value: Plain | undefined, what: string): string =>
  typeof value === 'string' ? value : fail(`${what}: expected text`);
const read = (folder: string, file: string): Fields =>
  fields(parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Plain, file);

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const STATUTES = [
  'luf-2008-206',
  'lss-1993-387',
  'luv-2024-307',
  'osl-2009-400',
  'lbm-2025-170',
  'lus-2016-774',
  'sol-2025-400',
];

/** Versions of one basis, oldest first; dates must not overlap, and every reference must lead somewhere. */
function basisVersions(
  basis: Fields,
  defaults: Fields,
  sets: ReadonlySet<string>,
  lists: ReadonlySet<string>,
): Fields[] {
  const id = text(basis['id'], 'basis id');
  const { versions: _, ...common } = basis;
  const versions = list(basis['versions'], id).map((version) => ({ ...defaults, ...common, ...fields(version, id) }));
  let previous: string | undefined;
  for (const version of versions) {
    const from = text(version['from'], `${id} from`);
    const until = version['until'];
    if (!DATE.test(from) || (until !== undefined && !DATE.test(text(until, id)))) fail(`${id}: dates are YYYY-MM-DD`);
    if (previous !== undefined && from < previous) fail(`${id}@${from} overlaps the version before it`);
    if (until !== undefined && text(until, id) <= from) fail(`${id}@${from} ends before it begins`);
    previous = until === undefined ? '9999-12-31' : text(until, id);
    if (list(version['tests'], id).length === 0)
      fail(`${id}@${from} has no test: an officer stands behind every disclosure`);
    references(version, sets, lists, `${id}@${from}`);
  }
  return versions;
}

function references(version: Fields, sets: ReadonlySet<string>, lists: ReadonlySet<string>, where: string): void {
  const reach = fields(version['reach'], where);
  const named = [
    ...list(reach['only'] ?? [], where),
    ...list(reach['excludes'] ?? [], where),
    ...list(reach['questions'] ?? [], where).map((q) => fields(q, where)['provisions'] ?? ''),
    ...list(reach['excludesFor'] ?? [], where).flatMap((e) => list(fields(e, where)['excludes'], where)),
    ...list(version['overlaps'] ?? [], where).map((o) => fields(o, where)['provisions'] ?? ''),
  ];
  for (const set of named) if (!sets.has(text(set, where))) fail(`${where}: unknown set ${text(set, where)}`);
  for (const side of ['sender', 'recipient']) {
    for (const selectors of Object.values(fields(version[side], where))) {
      for (const selector of list(selectors, where)) {
        const name = fields(selector, where)['list'];
        if (name !== undefined && !lists.has(text(name, where))) fail(`${where}: unknown list ${text(name, where)}`);
      }
    }
  }
}

function compileRules(folder: string): Fields {
  const secrecy = read(folder, 'secrecy.yaml');
  const lists = list(read(folder, 'lists.yaml')['lists'], 'lists');
  const setIds = new Set(list(secrecy['sets'], 'sets').map((set) => text(fields(set, 'set')['id'], 'set id')));
  const listIds = new Set(lists.map((entry) => text(fields(entry, 'list')['id'], 'list id')));
  const versions = STATUTES.flatMap((statute) => {
    const file = read(folder, `${statute}.yaml`);
    return list(file['bases'], statute).flatMap((basis) =>
      basisVersions(fields(basis, statute), fields(file['defaults'], statute), setIds, listIds),
    );
  });
  const non = read(folder, 'non-bases.yaml');
  const notModelled = list(non['notModelled'], 'notModelled').map((id) => ({
    id,
    reason: 'NOT_MODELLED',
    citation: text(id, 'id'),
    whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
    whyEn: 'The basis is in the catalogue but not in this rule set.',
  }));
  const certain = (value: Plain): Plain => ({ certainty: 'A', ...fields(value, 'entry') });
  return {
    ...read(folder, 'rule-set.yaml'),
    versions,
    nonBases: [...list(non['nonBases'], 'nonBases'), ...notModelled],
    lists,
    sets: list(secrecy['sets'], 'sets'),
    provisions: list(secrecy['provisions'], 'provisions').map(certain),
    penaltyScales: list(read(folder, 'penalties.yaml')['penaltyScales'], 'scales').map(certain),
    benefits: list(read(folder, 'benefits.yaml')['benefits'], 'benefits'),
  };
}

/** Replaces `[$benefits]` and `[$categories]` in a schema by the closed lists. */
function substitute(value: Plain, lists: { readonly [name: string]: Plain[] }): Plain {
  if (Array.isArray(value)) {
    const only = value.length === 1 ? value[0] : undefined;
    if (typeof only === 'string' && only.startsWith('$')) return lists[only.slice(1)] ?? fail(`unknown list ${only}`);
    return value.map((member) => substitute(member, lists));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substitute(member, lists)]));
}

/** A field that no annotation covers could be sent unclassified; the compiler refuses the schema instead. */
function assertClassified(schema: Fields, defs: Fields, path: string, categories: ReadonlySet<string>): void {
  const item = schema['x-item'];
  if (item !== undefined) {
    const { category, freeText } = fields(item, path);
    if (freeText !== true && !categories.has(text(category, path)))
      fail(`${path}: unknown category ${text(category, path)}`);
    return;
  }
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    assertClassified(fields(defs[ref.replace('#/$defs/', '')], path), defs, path, categories);
  } else if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) fail(`${path}: additionalProperties must be false`);
    for (const [name, member] of Object.entries(fields(schema['properties'], path)))
      assertClassified(fields(member, path), defs, `${path}.${name}`, categories);
  } else if (schema['type'] === 'array') assertClassified(fields(schema['items'], path), defs, `${path}[]`, categories);
  else fail(`${path}: field without classification`);
}

function compileMessageTypes(folder: string, benefits: Plain[]): Fields {
  const { classes, categories } = read(folder, 'categories.yaml');
  const ids = list(categories, 'categories').map((category) => text(fields(category, 'category')['id'], 'id'));
  const defs = fields(read(folder, 'shared.yaml')['$defs'], 'shared');
  const types = readdirSync(folder)
    .filter((file) => !['categories.yaml', 'shared.yaml'].includes(file))
    .sort()
    .map((file) => {
      const { name, version, schema, ...rest } = read(folder, file);
      const body = fields(substitute(schema ?? null, { benefits, categories: ids }), file);
      assertClassified(body, defs, text(name, file), new Set(ids));
      if (typeof version !== 'number') return fail(`${file}: version must be a number`);
      const id = `${text(name, file)}/${version}`;
      const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:delge:message-type:${id}` };
      return { id, name: name ?? '', version, ...rest, schema: { ...head, ...body, $defs: defs } };
    });
  return { classes: classes ?? {}, categories: categories ?? [], types };
}

const banner = '// Generated by tools/compile-rules.ts from YAML; edit the YAML and run it again.\n';

/** @returns file path relative to the repository → text */
export async function compile(root: string): Promise<ReadonlyMap<string, string>> {
  const lib = join(root, 'libs/legal-basis');
  const rules = compileRules(join(lib, 'rules'));
  const benefits = list(rules['benefits'], 'benefits').map((benefit) => fields(benefit, 'benefit')['code'] ?? '');
  const types = compileMessageTypes(join(lib, 'message-types'), benefits);
  const json = (value: Plain): string => JSON.stringify(value, null, 2);
  const style = { parser: 'typescript', printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;
  const files = {
    'libs/legal-basis/src/generated/rule-set-2.ts': `${banner}import type { RuleSet } from '../types.js';\n\nexport const ruleSet2: RuleSet = ${json(rules)};\n`,
    'libs/legal-basis/src/generated/message-types.ts': `${banner}import type { Catalogue } from '../message-type.js';\n\nexport const catalogue: Catalogue = ${json(types)};\n`,
  };
  const formatted = Object.entries(files).map(async ([path, source]) => [path, await format(source, style)] as const);
  return new Map(await Promise.all(formatted));
}

if (process.argv[1]?.endsWith('compile-rules.ts') === true) {
  const root = join(import.meta.dirname, '..');
  for (const [path, source] of await compile(root)) {
    writeFileSync(join(root, path), source);
    process.stdout.write(`${path}\n`);
  }
}
