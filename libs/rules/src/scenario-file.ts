import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { AUTHORITY_KINDS, isLocalDate, type AuthorityView, type Facts } from '#legal-basis';
import { AGENCIES, BRANCHES } from './agencies.js';
import type { Corpus, Expectation, Parties, Scenario } from './scenario-types.js';

/** A scenario file that nobody can run; the message names file, scenario and member. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}
type Fields = { readonly [member: string]: unknown };
interface Raw extends Partial<Omit<Scenario, 'bases' | 'expect' | 'items' | 'derived'>> {
  readonly id: string;
  readonly says: string;
  readonly from: string;
  readonly to: string;
  readonly bases: readonly string[];
  readonly items?: readonly Partial<Scenario['items'][number]>[];
  readonly derived?: { readonly [fact: string]: boolean | string | null };
  readonly expect?: string | (Partial<Expectation> & { readonly verdict: string });
  readonly variants?: readonly (Partial<Raw> & { readonly as: string })[];
}
interface RawFile {
  readonly on?: string;
  readonly notModelled?: Corpus['left'];
  readonly scenarios: readonly Raw[];
}

const SCHEMA = 'scenario-file.schema.json';
const PARTIES = 'parties.yaml';
const DEFAULT_DAY = '2026-11-23';
/** What holds of the content unless the scenario says otherwise. */
const DERIVED: Facts = {
  protectedIdentity: 'none',
  ageBand: '21-plus',
  benefit: 'assistansersattning',
  circumstancesStated: true,
};

/** Files of scenarios in a folder, without the parties. */
export const scenarioFiles = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== PARTIES)
    .sort()
    .map((file) => join(folder, file));

/**
 * Reads scenario files and the parties beside them; where none stand beside a file, those of `folder`.
 * @param folder libs/legal-basis/scenarios, which holds the schema
 * @throws {ScenarioError}
 */
export function readScenarios(files: readonly string[], folder: string): Corpus {
  const validate = schemaOf(folder);
  const parties = new Map(readParties(join(folder, PARTIES)));
  const read = files.map((file) => {
    const own = join(dirname(file), PARTIES);
    if (existsSync(own)) for (const [id, party] of readParties(own)) parties.set(id, party);
    return readFile(file, validate);
  });
  const scenarios = read.flatMap((file) => file.scenarios);
  for (const scenario of scenarios)
    for (const [member, id] of [
      ['from', scenario.from],
      ['to', scenario.to],
    ] as const)
      if (!parties.has(id)) throw new ScenarioError(`${scenario.name}: ${member}: no party ${id} in ${PARTIES}`);
  const seen = new Set<string>();
  for (const { name } of scenarios) {
    if (seen.has(name)) throw new ScenarioError(`${name}: id: stands twice`);
    seen.add(name);
  }
  return { parties, scenarios, left: read.flatMap(({ left }) => left) };
}

const json = (path: string): object => JSON.parse(readFileSync(path, 'utf8')) as object;
function schemaOf(folder: string): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const at = 'file:///legal-basis/';
  ajv.addSchema(json(join(folder, '..', 'vocabulary.schema.json')), `${at}vocabulary.schema.json`);
  ajv.addSchema(json(join(folder, SCHEMA)), `${at}scenarios/${SCHEMA}`);
  const validate = ajv.getSchema(`${at}scenarios/${SCHEMA}`);
  if (validate === undefined) throw new ScenarioError(`${SCHEMA} is missing`);
  return validate as ValidateFunction;
}

function yaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ScenarioError(`${file}: cannot be read`);
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new ScenarioError(`${file}: ${error.message}`);
  return document.toJS() as unknown;
}

function readParties(file: string): Parties {
  const { parties } = yaml(file) as { readonly parties?: { readonly [id: string]: Partial<AuthorityView> } };
  if (parties === undefined) throw new ScenarioError(`${file}: parties: missing`);
  return new Map(
    Object.entries(parties).map(([id, { kind, agency, branches = [], participant = id.split('/')[0] ?? id }]) => {
      if (kind === undefined) throw new ScenarioError(`${file}: ${id}: kind: missing`);
      const closed = [
        ['kind', [kind], AUTHORITY_KINDS],
        ['agency', agency === undefined ? [] : [agency], Object.keys(AGENCIES)],
        ['branches', branches, BRANCHES],
      ] as const;
      for (const [member, words, known] of closed)
        for (const word of words)
          if (!known.some((one) => one === word)) throw new ScenarioError(`${file}: ${id}: ${member}: unknown ${word}`);
      return [id, { id, participant, kind, branches, ...(agency === undefined ? {} : { agency }) }];
    }),
  );
}

function readFile(file: string, validate: ValidateFunction): Omit<Corpus, 'parties'> {
  const content = yaml(file);
  if (!validate(content)) throw new ScenarioError(faults(file, content as Fields, validate.errors ?? []));
  const { on = DEFAULT_DAY, scenarios, notModelled: left = [] } = content as RawFile;
  const said = scenarios.flatMap((raw) => {
    const { variants, ...common } = raw;
    if (variants === undefined) return [whole(file, common, on)];
    return variants.map(({ as, ...own }, at) => {
      const merged: Raw = { ...common, ...own, id: `${raw.id} (${as})`, says: own.says ?? raw.says };
      // A variant is a scenario: the same members and no others.
      const { expect: _, ...rest } = { ...own };
      const alone = {
        about: '-',
        scenarios: [{ ...rest, id: raw.id, says: '-', from: 'a', to: 'a', bases: [], expect: 'deny', ...own }],
      };
      if (!validate(alone))
        throw new ScenarioError(
          `${file}: ${raw.id} variant ${at + 1} (${as}): ${memberFaults(validate.errors ?? [], 2)}`,
        );
      return whole(file, merged, on);
    });
  });
  return { scenarios: said, left };
}

/** The deepest faults: what a choice of several forms says above them helps nobody. */
const memberFaults = (errors: readonly ErrorObject[], skip: number): string => {
  const deepest = Math.max(...errors.map(({ instancePath }) => instancePath.split('/').length));
  const found = errors
    .filter(({ instancePath }) => instancePath.split('/').length === deepest)
    .map(({ instancePath, keyword, message, params }) => {
      const member = instancePath
        .split('/')
        .slice(skip + 1)
        .join('.');
      const extra = (params as { additionalProperty?: string }).additionalProperty;
      const allowed =
        keyword === 'enum' ? `: ${(params as { allowedValues: readonly string[] }).allowedValues.join(', ')}` : '';
      return `${[member, extra].filter((part) => part !== undefined && part !== '').join('.')}: ${message ?? keyword}${allowed}`;
    });
  return [...new Set(found)].join('; ');
};
function faults(file: string, content: Fields | null, errors: readonly ErrorObject[]): string {
  const first = errors.find(({ instancePath }) => instancePath.startsWith('/scenarios/'));
  if (first === undefined) return `${file}: ${memberFaults(errors, 0)}`;
  const at = Number(first.instancePath.split('/')[2]);
  const scenario = (content?.['scenarios'] as readonly { readonly id?: string }[] | undefined)?.[at];
  const own = errors.filter(({ instancePath }) => `${instancePath}/`.startsWith(`/scenarios/${at}/`));
  return `${file}: ${scenario?.id ?? `scenario ${at + 1}`}: ${memberFaults(own, 2)}`;
}

function whole(file: string, raw: Raw, day: string): Scenario {
  const { id, says, from, to, on = day, bases, items = [{}], derived = {}, expect } = raw;
  const name = `${basename(file)} ${id}`;
  if (!isLocalDate(on)) throw new ScenarioError(`${file}: ${id}: on: ${on} is no day`);
  if (expect === undefined) throw new ScenarioError(`${file}: ${id}: expect: missing`);
  return {
    name,
    file: basename(file),
    id,
    says,
    from,
    to,
    on,
    type: raw.type ?? 'notice-of-incorrect-payment/1',
    bases: bases.map((basis) => {
      const [known = '', point] = basis.split(' p. ');
      return point === undefined ? { id: known } : { id: known, point };
    }),
    purpose: raw.purpose ?? 'control-incorrect-payment',
    initiative: raw.initiative ?? 'own',
    requestNamed: raw.requestNamed ?? true,
    items: items.map(({ category = 'benefit-case', secrecy = [], about = 'subject', known = 'own-case' }) => ({
      category,
      secrecy,
      about,
      known,
    })),
    facts: raw.facts ?? {},
    derived: Object.fromEntries(
      Object.entries({ ...DERIVED, ...derived }).filter(
        (entry): entry is [string, string | boolean] => entry[1] !== null,
      ),
    ),
    assessed: raw.assessed ?? 'all',
    assessedOn: raw.assessedOn ?? on,
    ...(raw.office === undefined ? {} : { office: raw.office }),
    positions: raw.positions ?? {},
    adopted: raw.adopted ?? 'all',
    ...(raw.cooperation === undefined ? {} : { cooperation: raw.cooperation }),
    expect: typeof expect === 'string' ? { verdict: expect, codes: [], ways: [] } : { codes: [], ways: [], ...expect },
  };
}
