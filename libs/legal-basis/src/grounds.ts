import { claiming } from './apply-way.js';
import { claimedAlone, standingsOf, type Partly } from './candidates.js';
import { check } from './check.js';
import { indexOf, type CompiledVersion } from './rule-index.js';
import type { AssessKind, CheckInput, Clock, Force, Verdict } from './types.js';
import { isMalformed, rankOfVerdict } from './ways-out.js';

/** A basis, or the fewest together, on which nothing would stand in the way of the whole message. */
export interface Ground {
  /** Ids to claim. */
  readonly bases: readonly string[];
  /** Their versions in force on the day. */
  readonly versions: readonly string[];
  readonly outcome: 'permit' | 'assess';
  /** With `assess`. */
  readonly kind?: AssessKind;
  /** What the verdict says once nothing is missing. */
  readonly force: Force;
  readonly clock: Clock;
  /** Whether the sending authority's jurist has adopted every version. */
  readonly adopted: boolean;
  /** What the check says with these bases claimed. */
  readonly verdict: Verdict;
}
const MOST_TOGETHER = 4;
const MOST_SETS = 12;

/**
 * Which grounds would carry this? Every basis in force on the day that carries everything, and where none does, the smallest sets that do.
 * Duties first, then by outcome. Bases that the input claims are not looked at; all else stays as it is, facts above all.
 */
export function groundsFor(input: CheckInput): readonly Ground[] {
  const sender = input.directory.authority(input.sender);
  const recipient = input.directory.authority(input.recipient);
  if (sender === undefined || recipient === undefined || isMalformed(input)) return [];
  const { whole, partly } = claimedAlone(input, standingsOf(input, { sender, recipient }));
  const grounds =
    whole.length > 0 ? whole.flatMap(({ id, verdict }) => groundOf(input, [id], verdict)) : smallestSets(input, partly);
  return [...grounds].sort(
    (a, b) =>
      Number(b.force === 'duty') - Number(a.force === 'duty') || rankOfVerdict(a.verdict) - rankOfVerdict(b.verdict),
  );
}

/** Together they leave nothing that each of them stops (AND over provisions, OR over bases). */
function smallestSets(input: CheckInput, partly: readonly Partly[]): readonly Ground[] {
  for (let size = 2; size <= Math.min(MOST_TOGETHER, partly.length); size++) {
    const sets: Ground[] = [];
    for (const [first, ...others] of combinations(partly, size)) {
      if (first === undefined || sets.length === MOST_SETS) break;
      if ([...first.stopped].some((unit) => others.every(({ stopped }) => stopped.has(unit)))) continue;
      const bases = [first, ...others].map(({ id }) => id);
      sets.push(
        ...groundOf(
          input,
          bases,
          check(
            claiming(
              input,
              bases.map((id) => ({ id })),
            ),
          ),
        ),
      );
    }
    if (sets.length > 0) return sets;
  }
  return [];
}

function* combinations<T>(of: readonly T[], size: number): Generator<readonly T[]> {
  if (size === 0) yield [];
  else
    for (const [at, first] of of.entries())
      for (const rest of combinations(of.slice(at + 1), size - 1)) yield [first, ...rest];
}

function groundOf(input: CheckInput, bases: readonly string[], verdict: Verdict): readonly Ground[] {
  if (verdict.outcome === 'deny') return [];
  const index = indexOf(input.ruleSet);
  const versions = bases.flatMap((id) => index.versionOn(id, input.on) ?? []);
  const ground = {
    bases,
    versions: versions.map(({ versionId }) => versionId),
    outcome: verdict.outcome,
    ...(verdict.outcome === 'assess' ? { kind: verdict.kind } : {}),
    force: forceOf(versions, input),
    clock: clockOf(versions),
    adopted: versions.every(({ versionId }) => input.directory.adopted(input.sender, versionId)),
    verdict,
  };
  return [ground];
}

/** Each of a smallest set carries something, so that one permission among them makes it a permission. */
const forceOf = (versions: readonly CompiledVersion[], { claims }: CheckInput): Force => {
  if (versions.every(({ rule }) => rule.force === 'duty')) return 'duty';
  return claims.initiative === 'request' ? 'duty-on-request' : 'permission';
};
const clockOf = (versions: readonly CompiledVersion[]): Clock =>
  versions.find(({ rule }) => rule.force === 'duty' && rule.clock !== 'none')?.rule.clock ?? 'none';
