import {
  AUTHORITY_KINDS,
  type AuthorityKind,
  type AuthorityView,
  type PartySelector,
  type RuleSet,
} from '#legal-basis';
import { AGENCIES } from './agencies.js';
import { reads } from './oracle.js';

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
    ...Object.keys(AGENCIES),
    ...selectors.flatMap((one) => [...(one.agencies ?? []), ...(one.notAgencies ?? [])]),
  ]);
  const plain: { readonly kind: AuthorityKind; readonly agency?: string }[] = [
    ...AUTHORITY_KINDS.map((kind) => ({ kind })),
    ...[...agencies].map((agency) => ({ kind: AGENCIES[agency] ?? ('statlig-myndighet' as const), agency })),
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
