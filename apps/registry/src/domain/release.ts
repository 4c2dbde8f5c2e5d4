import { createHash } from 'node:crypto';
import { parseStrict } from '#json';
import {
  ENGINE_VERSION,
  EngineError,
  MAX_RULE_SET_BYTES,
  alteredVersions,
  parseRuleSet,
  ruleSetHead,
  ruleSets,
} from '#legal-basis';
import type { Versioned } from '#legal-basis';
import type { ReleasedRuleSet } from '#snapshot';

export type ReleaseFault = 'RULE_SET_NOT_HELD' | 'RULE_SET_MISMATCH' | 'RULE_SET_INVALID' | 'BASIS_VERSION_ALTERED';

/** A release whose rule set nobody could take up, or that would be in force at those who never adopted what it says. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
  /** @param versions that are altered, by id */
  constructor(
    readonly code: ReleaseFault,
    readonly versions: readonly string[] = [],
  ) {
    super(code);
  }
}

/**
 * A release is taken only with the rule set that it names: what stood in the log and nowhere else would stop everybody. What was released
 * before, here or with this build, stands in it as it was.
 * @param earlier bytes of the rule sets that were released here
 * @throws {ReleaseRefused}
 */
export function assertReleasable(
  stated: ReleasedRuleSet,
  bytes: Uint8Array | undefined,
  earlier: readonly Uint8Array[],
): void {
  if (bytes === undefined) throw new ReleaseRefused('RULE_SET_NOT_HELD');
  const digest = createHash('sha256').update(bytes).digest('base64url');
  if (digest !== stated.sha256) throw new ReleaseRefused('RULE_SET_MISMATCH');
  try {
    const { number, date, engine } = ruleSetHead(bytes);
    if (number !== stated.number || date !== stated.date || engine !== stated.engineVersion)
      throw new ReleaseRefused('RULE_SET_MISMATCH');
    // Of one for an engine to come the registry knows no more than its head and which versions it has.
    if (engine <= ENGINE_VERSION) parseRuleSet(bytes);
  } catch (error) {
    if (error instanceof EngineError) throw new ReleaseRefused('RULE_SET_INVALID');
    throw error;
  }
  const later = versionsIn(bytes);
  const before = [...ruleSets.filter(({ number }) => number < stated.number), ...earlier.map(versionsIn)];
  const altered = new Set(before.flatMap((one) => alteredVersions(one, later)));
  if (altered.size > 0) throw new ReleaseRefused('BASIS_VERSION_ALTERED', [...altered]);
}

function versionsIn(bytes: Uint8Array): Versioned {
  const read = parseStrict(bytes, { maxBytes: MAX_RULE_SET_BYTES }) as unknown as Partial<Versioned>;
  const versions: readonly (Partial<Versioned['versions'][number]> | null)[] = read.versions ?? [];
  const named =
    Array.isArray(read.versions) &&
    versions.every((one) => typeof one?.id === 'string' && typeof one.from === 'string');
  if (!named) throw new ReleaseRefused('RULE_SET_INVALID');
  return read as Versioned;
}
