import { claiming } from './apply-way.js';
import { check } from './check.js';
import { matchParty } from './parties.js';
import { indexOf, type CompiledVersion, type RuleIndex } from './rule-index.js';
import { standingOf, type Parties, type Standing } from './standing.js';
import type { CheckInput, LocalDate, Missing, Verdict } from './types.js';

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

/** A basis that carries everything, claimed alone; something may be missing still. */
export interface Whole {
  readonly id: string;
  readonly duty: boolean;
  readonly variant: CheckInput;
  readonly verdict: Verdict;
}
/** One that carries a part. */
export interface Partly {
  readonly id: string;
  readonly duty: boolean;
  /** Units of item and provision that it does not carry. */
  readonly stopped: ReadonlySet<string>;
  readonly stoppedItems: ReadonlySet<string>;
}

/**
 * Claims each basis alone and checks. A basis that falls for the message as a whole carries nothing, alone or with others, and is in neither
 * list.
 */
export function claimedAlone(
  input: CheckInput,
  standings: readonly Standing[],
): { readonly whole: readonly Whole[]; readonly partly: readonly Partly[] } {
  const whole: Whole[] = [];
  const partly: Partly[] = [];
  for (const { basis: id, version, obstacles } of standings) {
    if (version === undefined || obstacles.length > 0) continue;
    const variant = claiming(input, [{ id }]);
    const duty = version.rule.force === 'duty';
    const verdict = check(variant);
    if (verdict.outcome !== 'deny') whole.push({ id, duty, variant, verdict });
    // What stops the message as a whole stops it on every basis.
    else if (verdict.obstacles.every(({ item }) => item !== undefined))
      partly.push({ id, duty, ...stoppedBy(verdict) });
  }
  return { whole, partly };
}

const unitOf = ({ item, provision }: Pick<Missing, 'item' | 'provision'>): string => `${item ?? ''} ${provision ?? ''}`;

/** Where two officers disagree on harm nothing is stopped yet, whatever the basis. */
function stoppedBy({
  obstacles,
  missing,
}: Verdict & { readonly outcome: 'deny' }): Pick<Partly, 'stopped' | 'stoppedItems'> {
  const open = new Set(missing.flatMap((one) => (one.test === 'INGET_MEN' ? [unitOf(one)] : [])));
  const stopping = obstacles.filter((one) => !open.has(unitOf(one)));
  return {
    stopped: new Set(stopping.map(unitOf)),
    stoppedItems: new Set(stopping.flatMap(({ item }) => item ?? [])),
  };
}
