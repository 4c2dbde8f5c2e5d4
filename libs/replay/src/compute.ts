import { canonicalize } from '#json';
import { ENGINE_VERSION, EngineError, check, verdictCodes } from '#legal-basis';
import type { LocalDate, RuleSet } from '#legal-basis';
import type { NotReplayable, VerdictGrounds } from './grounds.js';

export type RuleSetOf = (sha256: string) => RuleSet | undefined;

/** How a stored decision is computed. */
export interface By {
  /** Computed by the newest engine; absent: the rule set and the engine that the decision names. */
  readonly ruleSet?: RuleSet;
  /** Instead of the day of the decision. */
  readonly on?: LocalDate;
  /** As if every authority had adopted every version. */
  readonly allAdopted?: boolean;
}

/** @returns codes as a decision records them, or what is lacking */
export function codesOf(
  { decision, obstacles, asked }: VerdictGrounds,
  by: By,
  ruleSetOf: RuleSetOf,
): object | NotReplayable {
  if (asked === undefined) return { outcome: 'deny', verification: obstacles };
  const ruleSet = by.ruleSet ?? ruleSetOf(decision.ruleSet.sha256);
  if (ruleSet === undefined) return 'rule-set-unknown';
  const engine = by.ruleSet === undefined ? decision.engineVersion : ENGINE_VERSION;
  if (engine > ENGINE_VERSION) return 'engine-unknown';
  const directory = by.allAdopted === true ? { ...asked.directory, adopted: () => true } : asked.directory;
  try {
    return verdictCodes(check({ ...asked, ruleSet, directory, on: by.on ?? asked.on }, engine));
  } catch (error) {
    // One decision that cannot have been made must not keep the others from being computed.
    if (error instanceof EngineError && error.code === 'ENGINE_VERSION_UNKNOWN') return 'engine-unknown';
    if (error instanceof EngineError && error.code === 'ENGINE_TOO_OLD') return 'engine-too-old';
    throw error;
  }
}

/**
 * Whether the verdict that was signed is the one that these grounds give, codes bit for bit.
 * @returns what is lacking or contradicts, when it cannot be said
 */
export function recomputed(
  grounds: VerdictGrounds | NotReplayable,
  ruleSetOf: RuleSetOf,
): 'same' | 'mismatch' | NotReplayable {
  if (typeof grounds === 'string') return grounds;
  const codes = codesOf(grounds, {}, ruleSetOf);
  if (typeof codes === 'string') return codes;
  return canonicalize(codes) === canonicalize(grounds.decision.verdict) ? 'same' : 'mismatch';
}
