import { matchParty } from './parties.js';
import { indexOf, type CompiledVersion, type RuleIndex } from './rule-index.js';
import { standingOf, type Parties, type Standing } from './standing.js';
import type { CheckInput, LocalDate } from './types.js';

/** Versions in force on the day that was asked about last, since most messages are of today. */
const lately = new WeakMap<RuleIndex, { readonly on: LocalDate; readonly versions: readonly CompiledVersion[] }>();
function versionsOn(index: RuleIndex, on: LocalDate): readonly CompiledVersion[] {
  const known = lately.get(index);
  if (known?.on === on) return known.versions;
  const versions = [...index.bases.keys()].flatMap((id) => index.versionOn(id, on) ?? []);
  lately.set(index, { on, versions });
  return versions;
}

/**
 * How each basis in force stands, claimed alone; those left out that purpose or parties bar at once, which most do. What bars them is an
 * obstacle to `standingOf` too.
 */
export function standingsOf(input: CheckInput, parties: Parties): readonly Standing[] {
  const index = indexOf(input.ruleSet);
  return versionsOn(index, input.on)
    .filter((version) => !isBarred(version, input, parties, index))
    .map(({ rule }) => standingOf({ id: rule.id }, input, parties, index));
}

function isBarred(
  { rule }: CompiledVersion,
  { claims, on }: CheckInput,
  { sender, recipient }: Parties,
  index: RuleIndex,
): boolean {
  let covered = false;
  for (const point in rule.points) {
    const purposes = rule.points[point];
    if (purposes?.includes('*') === true || purposes?.includes(claims.purpose) === true) covered = true;
  }
  return (
    !covered ||
    matchParty(rule.sender.any, sender, index, on) === 'no' ||
    matchParty(rule.recipient.any, recipient, index, on) === 'no'
  );
}
