import { createHash } from 'node:crypto';
import { ENGINE_VERSION, EngineError, parseRuleSet, ruleSetHead } from '#legal-basis';
import type { ReleasedRuleSet } from '#snapshot';

export type ReleaseFault = 'RULE_SET_NOT_HELD' | 'RULE_SET_MISMATCH' | 'RULE_SET_INVALID';

/** A release whose rule set nobody could take up. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
  constructor(readonly code: ReleaseFault) {
    super(code);
  }
}

/**
 * A release is taken only with the rule set that it names: what stood in the log and nowhere else would stop everybody.
 * @throws {ReleaseRefused}
 */
export function assertReleasable(stated: ReleasedRuleSet, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) throw new ReleaseRefused('RULE_SET_NOT_HELD');
  const digest = createHash('sha256').update(bytes).digest('base64url');
  if (digest !== stated.sha256) throw new ReleaseRefused('RULE_SET_MISMATCH');
  try {
    const { number, date, engine } = ruleSetHead(bytes);
    if (number !== stated.number || date !== stated.date || engine !== stated.engineVersion)
      throw new ReleaseRefused('RULE_SET_MISMATCH');
    // Of one for an engine to come the registry knows no more than its head.
    if (engine <= ENGINE_VERSION) parseRuleSet(bytes);
  } catch (error) {
    if (error instanceof EngineError) throw new ReleaseRefused('RULE_SET_INVALID');
    throw error;
  }
}
