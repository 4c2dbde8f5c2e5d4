import type { AuthorityKind } from './codes.js';
import { inForce } from './dates.js';
import type { RuleIndex } from './rule-index.js';
import type { AuthorityView, LocalDate, PartySelector } from './types.js';

export type Sector = 'kommun' | 'region' | 'stat' | 'a-kassa' | 'enskild' | 'bolag';
const SECTORS: { readonly [kind in AuthorityKind]: Sector } = {
  socialnamnd: 'kommun',
  'lss-namnd': 'kommun',
  arbetsmarknadsnamnd: 'kommun',
  utbildningsnamnd: 'kommun',
  tillstandsnamnd: 'kommun',
  miljonamnd: 'kommun',
  overformyndarnamnd: 'kommun',
  kommunstyrelse: 'kommun',
  upphandlingsnamnd: 'kommun',
  'kommunal-halsovard': 'kommun',
  'kommunal-statistik': 'kommun',
  'kommunalt-bolag': 'bolag',
  region: 'region',
  'fristaende-skola': 'enskild',
  'privat-utforare': 'enskild',
  'a-kassa': 'a-kassa',
  socialforsakringsmyndighet: 'stat',
  skattemyndighet: 'stat',
  arbetsmarknadsmyndighet: 'stat',
  studiestodsmyndighet: 'stat',
  migrationsmyndighet: 'stat',
  'exekutiv-myndighet': 'stat',
  utbetalningsmyndighet: 'stat',
  'brottsbekampande-myndighet': 'stat',
  kriminalvardsmyndighet: 'stat',
  registermyndighet: 'stat',
  tillsynsmyndighet: 'stat',
  'statlig-myndighet': 'stat',
  domstol: 'stat',
  'teknisk-bearbetare': 'enskild',
};
export const sectorOf = (kind: AuthorityKind): Sector | undefined => SECTORS[kind];

/** `question` and `unconfirmed` are open: whether the act means this kind of party, and when it joined the list. */
export type PartyMatch = 'yes' | 'question' | 'unconfirmed' | 'no';
const RANK: { readonly [match in PartyMatch]: number } = { yes: 3, unconfirmed: 2, question: 1, no: 0 };
export const better = (a: PartyMatch, b: PartyMatch): boolean => RANK[a] > RANK[b];
export const lesser = (a: PartyMatch, b: PartyMatch): PartyMatch => (RANK[a] < RANK[b] ? a : b);

function matchOne(selector: PartySelector, party: AuthorityView, index: RuleIndex, on: LocalDate): PartyMatch {
  if (selector.branch !== undefined && !party.branches.includes(selector.branch)) return 'no';
  if (selector.notBranch !== undefined && party.branches.includes(selector.notBranch)) return 'no';
  if (selector.kinds !== undefined && !selector.kinds.includes(party.kind)) return 'no';
  if (selector.agencies !== undefined && (party.agency === undefined || !selector.agencies.includes(party.agency)))
    return 'no';
  if (selector.notAgencies !== undefined && party.agency !== undefined && selector.notAgencies.includes(party.agency))
    return 'no';
  if (selector.list !== undefined) return matchList(selector.list, selector.role, party, index, on);
  if (selector.sector !== undefined) {
    const sector = SECTORS[party.kind];
    // law.md 6.1 point 6: a municipal company is no "kommun", but whether an act means it is not settled.
    if (sector === 'bolag' && selector.sector === 'kommun') return 'question';
    return sector === selector.sector ? 'yes' : 'no';
  }
  return 'yes';
}

function matchList(
  id: string,
  role: string | undefined,
  party: AuthorityView,
  index: RuleIndex,
  on: LocalDate,
): PartyMatch {
  let best: PartyMatch = 'no';
  for (const entry of index.lists.get(id)?.entries ?? []) {
    if (role === undefined || !(entry.roles as readonly string[]).includes(role) || !inForce(entry, on)) continue;
    const match = matchOne(entry.party, party, index, on);
    const dated =
      match === 'yes' && entry.confirmedFrom !== undefined && on < entry.confirmedFrom ? 'unconfirmed' : match;
    if (RANK[dated] > RANK[best]) best = dated;
  }
  return best;
}

/** The best match over the selectors. */
export function matchParty(
  selectors: readonly PartySelector[],
  party: AuthorityView,
  index: RuleIndex,
  on: LocalDate,
): PartyMatch {
  let best: PartyMatch = 'no';
  for (const selector of selectors) {
    const match = matchOne(selector, party, index, on);
    if (match === 'yes') return match;
    if (RANK[match] > RANK[best]) best = match;
  }
  return best;
}
