import { createHash } from 'node:crypto';
import { canonicalBytes, parseStrict } from '#json';
import { check, parseClaims, verdictCodes, type CheckInput, type RuleSet, type Verdict } from '#legal-basis';
import { directoryFor, type Stored } from './generate.js';

export const digestOf = (verdict: Verdict): Uint8Array =>
  createHash('sha256')
    .update(canonicalBytes(verdictCodes(verdict)))
    .digest();

/** Computes a stored decision from its bytes, as an auditor does. */
export function decide(stored: Stored, mix: readonly CheckInput[], ruleSet: RuleSet): Verdict {
  const { sender, recipient, on } = stored;
  const claims = parseClaims(parseStrict(stored.claims));
  return check({ sender, recipient, claims, ruleSet, directory: directoryFor(stored, mix), on });
}
