import {
  AUTHORITY_KINDS,
  OUTCOMES,
  type AuthorityKind,
  type AuthorityView,
  type BasisVersion,
  type CheckInput,
  type ClaimAssessment,
  type Claims,
  type DirectoryView,
  type Facts,
  type PartySelector,
  type RuleSet,
  type TestCode,
} from '#legal-basis';
import { reads, valid } from './oracle.js';

/** Kind of each agency that law.md 2.2 names; any other agency of a rule is a state authority. */
const KIND_OF: { readonly [agency: string]: AuthorityKind } = {
  ...{ fk: 'socialforsakringsmyndighet', pens: 'socialforsakringsmyndighet', skv: 'skattemyndighet' },
  ...{ kfm: 'exekutiv-myndighet', af: 'arbetsmarknadsmyndighet', mig: 'migrationsmyndighet' },
  ...{ csn: 'studiestodsmyndighet', um: 'utbetalningsmyndighet', bv: 'registermyndighet', lm: 'registermyndighet' },
  ...{ ivo: 'tillsynsmyndighet', av: 'tillsynsmyndighet', si: 'tillsynsmyndighet', kv: 'kriminalvardsmyndighet' },
  ...Object.fromEntries(
    ['polis', 'sapo', 'am', 'ebm', 'tv', 'kbv'].map((id) => [id, 'brottsbekampande-myndighet' as const]),
  ),
};
const MORE = ['fi', 'tvv', 'ts', 'trv', 'jamy', 'ehm', 'nv', 'isp', 'kk', 'ftn', 'sos', 'bra', 'sis', 'fra', 'lst'];

export function selectorsOf(value: unknown, found: PartySelector[] = []): PartySelector[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Array.isArray(value)) for (const one of value) selectorsOf(one, found);
  else {
    if ('agencies' in value || 'kinds' in value || 'branch' in value || 'notBranch' in value || 'notAgencies' in value)
      found.push(value as PartySelector);
    for (const one of Object.values(value)) selectorsOf(one, found);
  }
  return found;
}

/** Authorities that rules can tell apart. A rule reads nothing of a party but kind, agency and branches. */
export function partiesOf(ruleSet: RuleSet): readonly AuthorityView[] {
  const selectors = selectorsOf([ruleSet.versions, ruleSet.lists, ruleSet.benefits]);
  const agencies = new Set([
    ...Object.keys(KIND_OF),
    ...MORE,
    ...selectors.flatMap((one) => [...(one.agencies ?? []), ...(one.notAgencies ?? [])]),
  ]);
  const plain: { readonly kind: AuthorityKind; readonly agency?: string }[] = [
    ...AUTHORITY_KINDS.map((kind) => ({ kind })),
    ...[...agencies].map((agency) => ({ kind: KIND_OF[agency] ?? ('statlig-myndighet' as const), agency })),
  ];
  return plain.flatMap(({ kind, agency }) => {
    const branches = new Set(
      selectors.flatMap((one) => {
        const branch = one.branch ?? one.notBranch;
        const meant =
          (one.agencies === undefined || (agency !== undefined && one.agencies.includes(agency))) &&
          (one.kinds === undefined || one.kinds.includes(kind));
        return branch !== undefined && meant ? [branch] : [];
      }),
    );
    const name = agency ?? kind;
    const view = (branch?: string): AuthorityView => ({
      id: branch === undefined ? name : `${name}+${branch}`,
      participant: name,
      kind,
      branches: branch === undefined ? [] : [branch],
      ...(agency === undefined ? {} : { agency }),
    });
    return [view(), ...[...branches].map(view)];
  });
}

/** Parties that no selector of the rule set tells apart stand for each other; the first of each class is asked. */
export function classesOf(ruleSet: RuleSet, parties: readonly AuthorityView[]): readonly AuthorityView[] {
  const distinct = [
    ...new Map(
      selectorsOf([ruleSet.versions, ruleSet.lists, ruleSet.benefits]).map((one) => [JSON.stringify(one), one]),
    ).values(),
  ].map((one): PartySelector => {
    const { list: _list, role: _role, ...rest } = one;
    return rest;
  });
  const sectors = ['kommun', 'region', 'stat', 'a-kassa', 'enskild'] as const;
  const asked: readonly PartySelector[] = [...distinct, ...sectors.map((sector) => ({ sector }))];
  const classes = new Map<string, AuthorityView>();
  for (const party of parties) {
    const key = asked.map((one) => reads(ruleSet, one, party, '1900-01-01')).join();
    if (!classes.has(key)) classes.set(key, party);
  }
  return [...classes.values()];
}

function datesIn(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === 'string') {
    if (/^\d{4}-\d\d-\d\d$/.test(value)) found.add(value);
  } else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) datesIn(one, found);
  return found;
}
export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** One day of every interval between two dates of the rule set: nothing changes on the others. */
export function daysOf(ruleSet: RuleSet): readonly string[] {
  const dates = datesIn(ruleSet, new Set<string>());
  for (const { confirmedUntil, staleAfterDays } of ruleSet.versions) {
    dates.add(dayAfter(confirmedUntil));
    dates.add(dayAfter(confirmedUntil, Math.max(1, staleAfterDays ?? ruleSet.staleAfterDays)));
  }
  const first = [...dates].sort()[0];
  if (first !== undefined) dates.add(dayAfter(first, -1));
  return [...dates].sort();
}

export interface Ask {
  readonly ruleSet: RuleSet;
  readonly version: BasisVersion;
  readonly sender: AuthorityView;
  readonly recipient: AuthorityView;
  readonly on: string;
  readonly purpose?: string;
  readonly point?: string;
  readonly initiative?: 'own' | 'request';
  readonly secrecy?: readonly string[];
  readonly category?: string;
  readonly derived?: Facts;
  readonly facts?: Facts;
  /** Tests left out, or answered so that the disclosure stops. */
  readonly without?: string;
  readonly stops?: string;
  readonly office?: string;
  readonly about?: string;
  readonly messageType?: string;
  /** Both of one municipality. */
  readonly same?: boolean;
  readonly cooperation?: boolean;
}
export const purposesOf = (version: BasisVersion): string[] => [...new Set(Object.values(version.points).flat())];
const firstPurpose = (version: BasisVersion): string => {
  const purpose = purposesOf(version)[0] ?? 'supervision';
  return purpose === '*' ? 'supervision' : purpose;
};

/** Facts under which the version carries most: everything it requires, a crime that meets it, a benefit the recipient decides. */
function favourable({ ruleSet, version, recipient, on }: Ask): { facts: Facts; derived: Facts } {
  const derived: { [code: string]: boolean | string } = { protectedIdentity: 'none', ageBand: '21-plus' };
  const benefits = ruleSet.benefits.filter((benefit) => valid(benefit, on));
  const decided = benefits.find(({ decidedBy }) =>
    decidedBy.some((one) => reads(ruleSet, one, recipient, on) === 'yes'),
  );
  const benefit = (decided ?? benefits[0])?.code;
  if (benefit !== undefined) derived['benefit'] = benefit;
  derived['circumstancesStated'] = true;
  for (const { fact, covers } of version.ages ?? [])
    derived[fact] = covers.find((band) => band !== 'unknown') ?? 'unknown';
  for (const { fact, equals } of version.requires ?? [])
    if (fact === 'crime' || fact === 'offenceStage') continue;
    else if (equals !== undefined) derived[fact] = equals;
    else derived[fact] ??= true;
  const scale = ruleSet.penaltyScales
    .filter((one) => valid(one, on) && (version.penalty?.rule === 'listed' || one.unread !== true))
    .filter(
      ({ group }) =>
        version.penalty?.groups === undefined || (group !== undefined && version.penalty.groups.includes(group)),
    )
    .sort((a, b) => b.minMonths - a.minMonths)[0];
  return {
    facts:
      version.penalty === undefined || scale === undefined ? {} : { crime: scale.crime, offenceStage: 'completed' },
    derived,
  };
}

const COOPERATION = '0b9b3c66-6c1e-4c38-9d57-5a2b6f3d1e01';
const REQUEST = '6d0f5a3a-7f53-8f0e-8b6a-1d2c3b4a5f60';
const cooperationOf = (ids: readonly string[]) => ({ id: COOPERATION, parties: ids, from: '1900-01-01' });

/** The message in which everything speaks for the version, except what is asked about. */
export function inputOf(ask: Ask): CheckInput {
  const { ruleSet, version, on } = ask;
  const sender = { ...ask.sender, id: 's', participant: 'one' };
  const recipient = { ...ask.recipient, id: 'r', participant: (ask.same ?? version.sameParticipant) ? 'one' : 'two' };
  const { facts, derived } = favourable(ask);
  const initiative = ask.initiative ?? version.initiatives[0] ?? 'own';
  const tests = [...version.tests, ...(version.force === 'permission' ? [{ test: 'ANDAMAL' }] : [])];
  const assessments = tests
    .filter(({ test }) => test !== ask.without)
    .map((rule): ClaimAssessment => {
      const outcomes = OUTCOMES[rule.test as TestCode];
      return {
        ...{ id: '00000000-0000-4000-8000-000000000001', test: rule.test, items: ['subject'] },
        outcome: rule.test === ask.stops ? outcomes.stops : outcomes.passes,
        basis: `${version.id}@${version.from}`,
        office: ask.office ?? ('offices' in rule ? rule.offices?.[0] : undefined) ?? 'enhetschef',
        ...{ officer: 'o', mandate: 'delegation', at: '2026-11-23T08:00:00.000Z', assurance: 'asserted' },
        ...{ commitment: 'c', digest: 'd' },
      };
    });
  const category =
    ask.category ??
    version.onlyCategories?.[0] ??
    (version.notCategories?.includes('benefit-case') === true ? 'person-identity' : 'benefit-case');
  const about = ask.about ?? (version.about ?? [])[0]?.covers[0] ?? 'subject';
  const claims: Claims = {
    v: 1,
    messageType: ask.messageType ?? 'notice-of-incorrect-payment/1',
    initiative,
    ...(initiative === 'request' ? { requestId: REQUEST } : {}),
    purpose: ask.purpose ?? firstPurpose(version),
    bases: [ask.point === undefined ? { id: version.id } : { id: version.id, point: ask.point }],
    items: [{ id: 'subject', dataCategory: category, about, known: 'own-case', secrecy: ask.secrecy ?? [] }],
    facts: { ...facts, ...ask.facts },
    derived: { ...derived, ...ask.derived },
    assessments,
    ...(ask.cooperation !== false && version.cooperation === true ? { cooperationDecision: COOPERATION } : {}),
  };
  const directory: DirectoryView = {
    authority: (id) => (id === 's' ? sender : id === 'r' ? recipient : undefined),
    adopted: () => true,
    position: () => undefined,
    cooperation: (id) => (id === COOPERATION ? cooperationOf(['s', 'r']) : undefined),
  };
  return { sender: 's', recipient: 'r', claims, ruleSet, directory, on };
}
