import type { AuthorityView, BasisVersion, PartySelector, RuleSet } from '#legal-basis';

/**
 * What a rule says, read a second time and as plainly as can be: nothing of the engine's is used here, so that the two can be
 * held against each other. `open`: an open question of law.
 */
export type Reading = 'yes' | 'open' | 'no';
const SECTOR: { readonly [kind: string]: string } = {
  'kommunalt-bolag': 'bolag',
  region: 'region',
  'a-kassa': 'a-kassa',
  'fristaende-skola': 'enskild',
  'privat-utforare': 'enskild',
  'teknisk-bearbetare': 'enskild',
};
const MUNICIPAL = /namnd$|^kommunstyrelse$|^kommunal-/;
const sector = (kind: string): string => SECTOR[kind] ?? (MUNICIPAL.test(kind) ? 'kommun' : 'stat');

export const valid = (dated: { readonly from: string; readonly until?: string }, on: string): boolean =>
  on >= dated.from && (dated.until === undefined || on < dated.until);
const best = (readings: readonly Reading[]): Reading =>
  readings.includes('yes') ? 'yes' : readings.includes('open') ? 'open' : 'no';

export function reads(ruleSet: RuleSet, selector: PartySelector, party: AuthorityView, on: string): Reading {
  const { kinds, agencies, notAgencies, branch, notBranch, list, role } = selector;
  if (kinds !== undefined && !kinds.includes(party.kind)) return 'no';
  if (agencies !== undefined && !agencies.includes(party.agency ?? '')) return 'no';
  if (notAgencies?.includes(party.agency ?? '') === true) return 'no';
  if (branch !== undefined && !party.branches.includes(branch)) return 'no';
  if (notBranch !== undefined && party.branches.includes(notBranch)) return 'no';
  if (list !== undefined)
    return best(
      ruleSet.lists
        .filter(({ id }) => id === list)
        .flatMap(({ entries }) => entries)
        .filter((entry) => valid(entry, on) && (entry.roles as readonly (string | undefined)[]).includes(role))
        .map((entry) => {
          const reading = reads(ruleSet, entry.party, party, on);
          return reading === 'yes' && entry.confirmedFrom !== undefined && on < entry.confirmedFrom ? 'open' : reading;
        }),
    );
  if (selector.sector === undefined) return 'yes';
  if (sector(party.kind) === 'bolag') return selector.sector === 'kommun' ? 'open' : 'no';
  return sector(party.kind) === selector.sector ? 'yes' : 'no';
}

const any = (ruleSet: RuleSet, selectors: readonly PartySelector[], party: AuthorityView, on: string): Reading =>
  best(selectors.map((selector) => reads(ruleSet, selector, party, on)));
const both = (a: Reading, b: Reading): Reading => (a === 'no' || b === 'no' ? 'no' : a === 'yes' ? b : 'open');

export interface Question {
  readonly sender: AuthorityView;
  readonly recipient: AuthorityView;
  readonly purpose: string;
  readonly initiative: 'own' | 'request';
  readonly on: string;
  readonly same?: boolean;
}
/** Whether the version is in force and names sender, recipient, purpose and initiative. */
export function covers(ruleSet: RuleSet, version: BasisVersion, question: Question): Reading {
  const { sender, recipient, purpose, initiative, on } = question;
  if (!valid(version, on) || !version.initiatives.includes(initiative)) return 'no';
  if (!Object.values(version.points).some((point) => point.includes('*') || point.includes(purpose))) return 'no';
  if (version.sameParticipant === true && question.same === false) return 'no';
  const side = (rule: BasisVersion['sender'], party: AuthorityView): Reading => {
    const narrower = rule[initiative];
    if (any(ruleSet, rule.any, party, on) === 'no') return 'no';
    return any(ruleSet, narrower ?? rule.any, party, on);
  };
  let found = both(side(version.sender, sender), side(version.recipient, recipient));
  if (version.pairs !== undefined)
    found = both(
      found,
      best(
        version.pairs
          .filter(({ initiatives }) => initiatives === undefined || initiatives.includes(initiative))
          .map((pair) => both(any(ruleSet, pair.sender, sender, on), any(ruleSet, pair.recipient, recipient, on))),
      ),
    );
  return found;
}

/** Whether a set holds a provision: the text of the provision is taken apart once more. */
function holds(ruleSet: RuleSet, id: string, provision: string, on: string): 'in' | 'part' | 'out' {
  const set = ruleSet.sets.find((one) => one.id === id)?.versions.find((one) => valid(one, on));
  if (set === undefined) return 'part';
  const [place = '', paragraph] = provision.split('-');
  const [chapter = '', section = ''] = place.split(':');
  const number = Number.parseInt(section, 10);
  const letter = section.replace(/^\d+/, '');
  let found: 'in' | 'part' | 'out' = 'out';
  for (const pattern of set.provisions) {
    if (pattern === provision || pattern === place) return 'in';
    const [chapters = '', sections = ''] = pattern.split(':');
    const [from, to = from] = chapters.split('-').map(Number);
    if (from === undefined || to === undefined || Number(chapter) < from || Number(chapter) > to) continue;
    if (sections === '*') return 'in';
    const span = /^(\d+)-(\d+)$/.exec(sections);
    if (span !== null) {
      const last = Number(span[2]);
      if (number >= Number(span[1]) && (number < last || (number === last && letter === ''))) return 'in';
    } else if (paragraph === undefined && pattern.startsWith(`${place}-st`)) found = 'part';
  }
  return found;
}
export function reachesIn(
  ruleSet: RuleSet,
  version: BasisVersion,
  provision: string,
  sender: AuthorityView,
  on: string,
): boolean {
  const { only = [], excludes = [], excludesFor = [] } = version.reach;
  if (only.some((id) => holds(ruleSet, id, provision, on) !== 'in')) return false;
  const out = [
    ...excludes,
    ...(ruleSet.sets.some(({ id }) => id === 'EX-ALL-CH10') ? ['EX-ALL-CH10'] : []),
    ...excludesFor.filter((one) => reads(ruleSet, one.sender, sender, on) !== 'no').flatMap((one) => one.excludes),
  ];
  return out.every((id) => holds(ruleSet, id, provision, on) === 'out');
}
