import {
  ABOUT,
  AGE_BANDS,
  AUTHORITY_KINDS,
  DERIVED,
  FACTS,
  LEGAL_QUESTIONS,
  OFFENCE_STAGES,
  OFFICES,
  PURPOSES,
  TESTS,
} from './codes.js';
import { catalogue } from './generated/message-types.js';
import type {
  AboutRule,
  AgeRule,
  BasisVersion,
  Benefit,
  ListEntry,
  MembershipList,
  NonBasis,
  Overlap,
  PairRule,
  PartyRule,
  PartySelector,
  PenaltyRule,
  PenaltyScale,
  ProvisionSet,
  Reach,
  RuleSet,
  SecrecyProvision,
  TestRule,
} from './types.js';

type Schema = Readonly<Record<string, unknown>>;
interface Absent {
  readonly mayBeAbsent: Schema;
}
/** Every member of a type, and which may be absent: a member that the engine learns and this schema does not fails to compile. */
type Members<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? Absent : Schema };

const absent = (mayBeAbsent: Schema): Absent => ({ mayBeAbsent });
const object = <T>(members: Members<T>): Schema => {
  const entries = Object.entries<Schema | Absent>(members);
  const isAbsent = (member: Schema | Absent): member is Absent => 'mayBeAbsent' in member;
  return {
    type: 'object',
    additionalProperties: false,
    required: entries.filter(([, member]) => !isAbsent(member)).map(([name]) => name),
    properties: Object.fromEntries(
      entries.map(([name, member]) => [name, isAbsent(member) ? member.mayBeAbsent : member]),
    ),
  };
};
const list = (items: Schema, minItems = 0): Schema => ({ type: 'array', minItems, maxItems: 5000, items });
const of = (codes: readonly string[]): Schema => ({ type: 'string', enum: codes });
const mapOf = (names: Schema, additionalProperties: Schema): Schema => ({
  type: 'object',
  propertyNames: names,
  additionalProperties,
});

const text: Schema = { type: 'string', minLength: 1, maxLength: 4000 };
const id: Schema = { type: 'string', minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]*$' };
const date: Schema = { type: 'string', format: 'date' };
const days: Schema = { type: 'integer', minimum: 0, maximum: 36_500 };
const months: Schema = { type: 'integer', minimum: 0, maximum: 1200 };
const truth: Schema = { type: 'boolean' };
const scalar: Schema = { type: ['boolean', 'string'] };
const certainty = of(['A', 'B', 'M']);
const initiative = of(['own', 'request']);
const question = of(LEGAL_QUESTIONS);
const fact = of([...FACTS, ...DERIVED]);
const role = of(['send', 'receive', 'decide']);
const categories = catalogue.categories.map((category) => category.id);

const selector = object<PartySelector>({
  sector: absent(of(['kommun', 'region', 'stat', 'a-kassa', 'enskild'])),
  kinds: absent(list(of(AUTHORITY_KINDS))),
  agencies: absent(list(id)),
  notAgencies: absent(list(id)),
  branch: absent(id),
  notBranch: absent(id),
  list: absent(id),
  role: absent(role),
});
const parties = object<PartyRule>({
  any: list(selector),
  own: absent(list(selector)),
  request: absent(list(selector)),
});
const version = object<BasisVersion>({
  id,
  citation: text,
  titleSv: text,
  titleEn: text,
  sfs: text,
  from: date,
  until: absent(date),
  source: text,
  certainty,
  confirmedFrom: absent(date),
  confirmedUntil: date,
  staleAfterDays: absent(days),
  force: of(['duty', 'permission']),
  clock: of(['none', 'genast', 'skyndsamt']),
  initiatives: list(initiative, 1),
  sender: parties,
  recipient: parties,
  pairs: absent(
    list(
      object<PairRule>({
        sender: list(selector),
        recipient: list(selector),
        initiatives: absent(list(initiative)),
      }),
    ),
  ),
  sameParticipant: absent(truth),
  points: mapOf({ pattern: '^(-|[0-9a-z]{1,8})$' }, list(of([...PURPOSES, '*']))),
  tests: list(
    object<TestRule>({
      test: of(TESTS),
      initiative: absent(initiative),
      offices: absent(list(of(OFFICES))),
      notOf: absent(list(selector)),
      asksSv: absent(text),
      asksEn: absent(text),
    }),
    1,
  ),
  reach: object<Reach>({
    only: absent(list(id)),
    excludes: absent(list(id)),
    excludesFor: absent(
      list(object<NonNullable<Reach['excludesFor']>[number]>({ sender: selector, excludes: list(id) })),
    ),
    questions: absent(list(object<NonNullable<Reach['questions']>[number]>({ provisions: id, question }))),
  }),
  penalty: absent(
    object<PenaltyRule>({
      rule: of(['imprisonment', 'minimum', 'listed']),
      groups: absent(list(id)),
      completedMonths: absent(months),
      stages: absent(mapOf(of(OFFENCE_STAGES), months)),
    }),
  ),
  requires: absent(list(object<NonNullable<BasisVersion['requires']>[number]>({ fact, equals: absent(scalar) }))),
  forbids: absent(list(object<NonNullable<BasisVersion['forbids']>[number]>({ fact, equals: scalar }))),
  about: absent(
    list(object<AboutRule>({ recipient: absent(list(selector)), covers: list(of(ABOUT)), question: absent(question) })),
  ),
  ages: absent(
    list(
      object<AgeRule>({
        fact: of(['ageBand', 'victimAgeBand']),
        covers: list(of(AGE_BANDS)),
        question: absent(question),
      }),
    ),
  ),
  recipientDecidesBenefit: absent(truth),
  cooperation: absent(truth),
  onlyCategories: absent(list(of(categories))),
  notCategories: absent(list(of(categories))),
  readings: absent(list(object<NonNullable<BasisVersion['readings']>[number]>({ provisions: absent(id), question }))),
  overlaps: absent(
    list(object<Overlap>({ question, purposes: list(of(PURPOSES)), fact, provisions: id, unlessPenaltyOf: id })),
  ),
});

/** JSON Schema of a compiled rule set, closed lists of this build included: what it does not know it does not take. */
export const ruleSetSchema: Schema = object<RuleSet>({
  number: { type: 'integer', minimum: 1 },
  date,
  engine: absent({ type: 'integer', minimum: 1 }),
  staleAfterDays: days,
  versions: list(version, 1),
  nonBases: list(
    object<NonBasis>({
      id,
      reason: of(['NOT_A_BASIS', 'NOT_IN_FORCE', 'NOT_MODELLED']),
      citation: text,
      whySv: text,
      whyEn: text,
    }),
  ),
  lists: list(
    object<MembershipList>({
      id,
      citation: text,
      source: text,
      entries: list(
        object<ListEntry>({
          party: selector,
          roles: list(role, 1),
          from: date,
          until: absent(date),
          confirmedFrom: absent(date),
        }),
      ),
    }),
  ),
  sets: list(
    object<ProvisionSet>({
      id,
      versions: list(
        object<ProvisionSet['versions'][number]>({ from: date, until: absent(date), provisions: list(text) }),
      ),
    }),
  ),
  provisions: list(
    object<SecrecyProvision>({
      id,
      nameSv: text,
      nameEn: text,
      harm: of(['rakt', 'omvant', 'absolut', 'svagt', 'blandat']),
      protectedIdentity: absent(truth),
      question: absent(question),
      certainty,
    }),
  ),
  penaltyScales: list(
    object<PenaltyScale>({
      crime: id,
      nameSv: text,
      nameEn: text,
      from: date,
      until: absent(date),
      minMonths: months,
      imprisonment: truth,
      group: absent(id),
      unread: absent(truth),
      citation: text,
      certainty,
    }),
  ),
  benefits: list(
    object<Benefit>({
      code: id,
      nameSv: text,
      nameEn: text,
      from: date,
      until: absent(date),
      decidedBy: list(selector),
    }),
  ),
  protectedOffices: list(of(OFFICES)),
});
