import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSecrecy, inForce, messageTypes } from '#legal-basis';
import type { BasisVersion, FieldSchema, ItemAnnotation, MessageType } from '#legal-basis';
import { parse } from 'yaml';
import { variant } from './carrying-case.js';
import type { Case, Cases } from './carrying-case.js';
import { RuleSourceError } from './yaml.js';

/** Who must or may send what to whom, read from the statutes: law-table/lawful-paths.yaml. */
export interface PathList {
  /** Bases that no path may rest on. */
  readonly notCounted: readonly string[];
  /** Word → parties, kinds or words. */
  readonly groups: { readonly [word: string]: readonly string[] };
  readonly must: readonly PathRow[];
  readonly may: readonly PathRow[];
  readonly without: readonly Lacking[];
}
export interface PathRow {
  /** Where the statute says so. */
  readonly law: string;
  readonly type: string;
  /** Parties by name, kind or word of `groups`. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly initiative?: 'own' | 'request';
  readonly purposes?: readonly string[];
  /** Fields that are sent, when others than those the type requires. */
  readonly fields?: readonly string[];
  /** What free text contains. */
  readonly says?: string;
}
/** A path that is known not to be there, and why. */
export interface Lacking extends Omit<PathRow, 'law'> {
  readonly why: string;
}
/** A path, found by search and verified by the engine. */
export interface Path {
  readonly basis: string;
  readonly purpose: string;
  readonly initiative: 'own' | 'request';
  /** The text or a membership was not read: an authority must take a legal position first. */
  readonly open: boolean;
}
export interface PathReport {
  /** What does not hold: a party of the list without a path, or one said to lack a path that has one. */
  readonly faults: readonly string[];
  readonly asked: number;
  readonly open: number;
  /** Every party of the list without a path, with the reason where one is given. */
  readonly without: readonly string[];
}
/** Kind of sender → message type → number of parties to whom a duty, and to whom any basis, carries such a message. */
export interface PathMatrix {
  readonly [kind: string]: { readonly [type: string]: { readonly must: number; readonly may: number } };
}
type Ask = Pick<PathRow, 'initiative' | 'purposes' | 'fields' | 'says'> & { readonly duty?: boolean };

export const readPathList = (folder: string): PathList =>
  parse(readFileSync(join(folder, 'lawful-paths.yaml'), 'utf8')) as PathList;

/** The newest version of each type. */
const TYPES: readonly MessageType[] = [...Map.groupBy(messageTypes, ({ name }) => name).values()].map((versions) =>
  versions.reduce((a, b) => (b.version > a.version ? b : a)),
);

/** Annotated fields of a type: these, or those it requires; all where it requires none. */
function annotated({ schema }: MessageType, chosen?: readonly string[]): readonly ItemAnnotation[] {
  const walk = (at: FieldSchema | undefined, names?: readonly string[]): ItemAnnotation[] => {
    if (at === undefined) return [];
    if (at['x-item'] !== undefined) return [at['x-item']];
    if (at.$ref !== undefined) return walk(schema.$defs[at.$ref.replace('#/$defs/', '')]);
    if (at.items !== undefined) return walk(at.items);
    const properties = at.properties ?? {};
    const required = names ?? (at['required'] as readonly string[] | undefined) ?? Object.keys(properties);
    return required.flatMap((name) => walk(properties[name]));
  };
  return walk(schema, chosen);
}
/** Codes that a field may hold; undefined where the schema lists none. */
function codesAt({ schema }: MessageType, path: string): readonly string[] | undefined {
  let at: FieldSchema | undefined = schema;
  for (const name of path.split('.')) {
    const ref: string | undefined = at?.$ref;
    at = (ref === undefined ? at : schema.$defs[ref.replace('#/$defs/', '')])?.properties?.[name];
  }
  const { const: only, enum: codes } = at ?? {};
  return typeof only === 'string' ? [only] : (codes as readonly string[] | undefined);
}

/** One basis version in force with a case that it carries, and the parties that it lets send and receive. */
interface Ground {
  readonly rule: BasisVersion;
  readonly base: Case;
  readonly senders: ReadonlySet<string>;
  readonly recipients: ReadonlySet<string>;
  /** What the sender states where the type gives its kind no default: a provision that the basis breaks. */
  readonly stated: readonly string[];
}

/**
 * Looks for lawful paths by message type. Per type only what its content can say is supposed: its fields' categories with the default
 * secrecy of the sender's kind, and the facts that it derives. Every test is answered and every basis adopted.
 */
export class LawfulPaths {
  private readonly grounds: readonly Ground[];
  private readonly barred = new Map<string, boolean>();

  /** @param carried by basis, a case that its version in force on the day of the rule set carries */
  constructor(
    private readonly cases: Cases,
    carried: ReadonlyMap<string, Case>,
    private readonly list: PathList,
  ) {
    const { ruleSet } = cases;
    const grounds = ruleSet.versions.flatMap((rule): Ground[] => {
      const base = carried.get(rule.id);
      if (base === undefined || !inForce(rule, ruleSet.date) || list.notCounted.includes(rule.id)) return [];
      const [senders, recipients] = [this.lets(rule, base, 'from'), this.lets(rule, base, 'to')];
      return [{ rule, base, senders, recipients, stated: base.items[0]?.secrecy ?? [] }];
    });
    // What lets most through is tried first.
    this.grounds = grounds.sort((a, b) => b.senders.size * b.recipients.size - a.senders.size * a.recipients.size);
  }

  /** Parties that are not refused in that place by themselves; pairs are asked when a path is looked for. */
  private lets(rule: BasisVersion, base: Case, place: 'from' | 'to'): ReadonlySet<string> {
    const benefits = rule.recipientDecidesBenefit === true ? this.benefits() : [undefined];
    const asked = rule.initiatives.flatMap((initiative) =>
      benefits.map((benefit) =>
        variant(base, { initiative, derived: benefit === undefined ? base.derived : { ...base.derived, benefit } }),
      ),
    );
    const refused = (one: Case): boolean => {
      const verdict = this.cases.verdict(one);
      return verdict.outcome === 'deny' && verdict.obstacles.some(({ code }) => OF_PARTIES.has(code));
    };
    const names = [...this.cases.parties.keys()];
    return new Set(names.filter((name) => asked.some((one) => !refused(variant(one, { [place]: name })))));
  }
  private benefits(): readonly string[] {
    const { benefits, date } = this.cases.ruleSet;
    return benefits.filter((one) => inForce(one, date)).map(({ code }) => code);
  }

  /** @returns undefined when no basis in force carries such a message, whatever of what the type can say is said */
  path(from: string, to: string, type: MessageType, ask: Ask = {}): Path | undefined {
    if (from === to) return undefined;
    for (const ground of this.grounds) {
      const { rule, senders, recipients } = ground;
      if (ask.duty === true && rule.force !== 'duty') continue;
      if (!senders.has(from) || !recipients.has(to)) continue;
      const found = this.by(ground, from, to, type, ask);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private by(ground: Ground, from: string, to: string, type: MessageType, ask: Ask): Path | undefined {
    const { rule, base } = ground;
    const items = this.items(ground, from, type, ask);
    const key = `${rule.id} ${from} ${type.id} ${JSON.stringify(ask)}`;
    if (items === undefined || this.barred.get(key) === true) return undefined;
    const own = Object.values(rule.points)
      .flat()
      .flatMap((purpose) => (purpose === '*' ? (ask.purposes ?? [base.purpose]) : [purpose]));
    const purposes = [...new Set(own)].filter((purpose) => ask.purposes?.includes(purpose) !== false);
    for (const initiative of rule.initiatives) {
      if (ask.initiative !== undefined && initiative !== ask.initiative) continue;
      for (const purpose of purposes)
        for (const derived of this.derived(ground, type)) {
          const one = variant(base, { from, to, type: type.id, initiative, purpose, items, derived });
          const told = { basis: rule.id, purpose, initiative };
          const verdict = this.cases.verdict(one);
          if (verdict.outcome === 'permit') {
            const closed = this.cases.verdict(variant(one, { positions: {} })).outcome === 'permit';
            return { ...told, open: !closed };
          }
          // What stops an item stops it whoever receives it.
          if (verdict.obstacles.length > 0 && verdict.obstacles.every(({ code }) => OF_ITEMS.has(code)))
            this.barred.set(key, true);
        }
    }
    return undefined;
  }

  private items({ base, stated }: Ground, from: string, type: MessageType, ask: Ask): Case['items'] | undefined {
    const kind = this.cases.parties.get(from)?.kind;
    if (kind === undefined) return undefined;
    const found = annotated(type, ask.fields);
    const plain = found.flatMap(({ category }) => (category === undefined || category === OPEN ? [] : [category]));
    const said = ask.says ?? plain[0] ?? 'observation';
    const items = found.map(({ category = said, about, known = base.items[0]?.known ?? 'own-case' }) => ({
      ...{ category, about, known },
      secrecy: defaultSecrecy(category, kind) ?? (stated.length === 0 ? undefined : stated),
    }));
    return items.every((item): item is Case['items'][number] => item.secrecy !== undefined) ? items : undefined;
  }

  /** Facts as the carried case has them, as far as the type's content can say them. */
  private derived({ rule, base }: Ground, type: MessageType): readonly Case['derived'][] {
    const { benefit, circumstances, subjects, victims, award } = type.derive;
    const facts = {
      protectedIdentity: 'none',
      ageBand: subjects === undefined ? 'no-person' : (base.derived['ageBand'] ?? 'no-person'),
      circumstancesStated: circumstances !== undefined,
      ...(victims === undefined ? {} : { victimAgeBand: base.derived['victimAgeBand'] ?? 'no-person' }),
      ...(award === undefined ? {} : { awardDecided: true }),
    };
    if (benefit === undefined) return [facts];
    const codes = codesAt(type, benefit);
    const inUse = this.benefits();
    const wanted = rule.recipientDecidesBenefit === true ? inUse : [base.derived['benefit'] ?? inUse[0]];
    return [...new Set([...wanted, ...inUse])].flatMap((code) =>
      typeof code === 'string' && codes?.includes(code) !== false ? [{ ...facts, benefit: code }] : [],
    );
  }

  /** Holds the list against what is found. @throws RuleSourceError at a word that names nobody, or no type */
  report(): PathReport {
    const { list } = this;
    const faults: string[] = [];
    const without: string[] = [];
    let [asked, open] = [0, 0];
    const known = list.without.flatMap((row) => this.each(row).map((pair) => ({ ...pair, row, met: false })));
    const rows = [...list.must.map((row) => ({ row, duty: true })), ...list.may.map((row) => ({ row, duty: false }))];
    for (const { row, duty } of rows)
      for (const { from, to, type } of this.each(row)) {
        asked += 1;
        const found = this.path(from, to, type, { ...row, duty });
        if (found?.open === true) open += 1;
        if (found !== undefined) continue;
        const says = `${from} ${duty ? 'must' : 'may'} send ${row.type} to ${to} (${row.law})`;
        const reason = known.find((one) => one.from === from && one.to === to && one.row.type === row.type);
        if (reason === undefined) faults.push(`${says}, and there is no path`);
        else reason.met = true;
        without.push(reason === undefined ? says : `${says}: ${reason.row.why}`);
      }
    for (const { from, to, row } of known.filter(({ met }) => !met))
      faults.push(`${from} is said to lack a path for ${row.type} to ${to}, and lacks none: ${row.why}`);
    return { faults, asked, open, without };
  }

  private each(row: Pick<PathRow, 'from' | 'to' | 'type'>) {
    const type = TYPES.find(({ id }) => id === row.type);
    if (type === undefined) throw new RuleSourceError(`lawful-paths.yaml: no message type is called ${row.type}`);
    const [senders, recipients] = [row.from, row.to].map((words) => new Set(words.flatMap((one) => this.named(one))));
    return [...(senders ?? [])].flatMap((from) =>
      [...(recipients ?? [])].flatMap((to) => (from === to ? [] : [{ from, to, type }])),
    );
  }

  private named(word: string): readonly string[] {
    const { parties } = this.cases;
    if (parties.has(word)) return [word];
    const group = this.list.groups[word];
    if (group !== undefined) return group.flatMap((one) => this.named(one));
    const all = [...parties].flatMap(([name, { kind }]) => (kind === word ? [name] : []));
    // One of a kind stands for the others; the second lets it be a recipient too.
    return all.length > 0 ? all.slice(0, 2) : fail(word);
  }

  matrix(): PathMatrix {
    const { parties } = this.cases;
    const names = [...parties.keys()];
    const cell = (senders: readonly string[], type: MessageType): { readonly must: number; readonly may: number } => {
      const reaches = (to: string, duty: boolean): boolean =>
        senders.some((from) => this.path(from, to, type, { duty }) !== undefined);
      const must = names.filter((to) => reaches(to, true));
      return { must: must.length, may: names.filter((to) => must.includes(to) || reaches(to, false)).length };
    };
    const row = (senders: readonly string[]): PathMatrix[string] =>
      Object.fromEntries(TYPES.map((type) => [type.id, cell(senders, type)]));
    const byKind = Map.groupBy(parties.keys(), (name) => parties.get(name)?.kind ?? '');
    return Object.fromEntries([...byKind].map(([kind, senders]) => [kind, row(senders)]));
  }
}
const OPEN = 'message-context';
const OF_PARTIES: ReadonlySet<string> = new Set([
  'SENDER_NOT_COVERED',
  'RECIPIENT_NOT_COVERED',
  'BENEFIT_NOT_DECIDED_BY_RECIPIENT',
]);
const OF_ITEMS: ReadonlySet<string> = new Set(['SECRECY_NOT_REACHED', 'CATEGORY_NOT_COVERED']);
const fail = (word: string): never => {
  throw new RuleSourceError(`lawful-paths.yaml: ${word} is no party, no kind of party and no group`);
};
