import { TlogError } from '../errors.js';
import type { Sha256 } from '../encoding.js';
import { COSIGNATURE, parseVerifierKey, verifiedBy } from './note.js';
import type { Note, Verification, VerifierKey } from './note.js';

type Member = { readonly witness: VerifierKey } | { readonly threshold: number; readonly members: readonly Member[] };

/** Which witnesses must have cosigned a checkpoint; without a quorum the log's own signature is enough. */
export interface Policy {
  readonly quorum: Member | undefined;
}

/**
 * Reads a witness policy. The empty text stands for `quorum none`. Logs are named by the trust file, so a `log` line is refused.
 * @throws {TlogError} MALFORMED_POLICY
 * @see c2sp.org/tlog-policy
 */
export function parsePolicy(text: string, sha256: Sha256): Policy {
  const named = new Map<string, Member>();
  const grouped = new Set<string>();
  let quorum: { readonly member: Member | undefined } | undefined;
  const take = (name: string): Member => {
    const member = named.get(name);
    if (member === undefined) throw new TlogError('MALFORMED_POLICY');
    return member;
  };
  const define = (name: string | undefined, member: Member): void => {
    if (name === undefined || name === 'none' || named.has(name)) throw new TlogError('MALFORMED_POLICY');
    named.set(name, member);
  };
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [keyword, name, ...rest] = line.split(/[ \t]+/);
    if (quorum !== undefined) throw new TlogError('MALFORMED_POLICY');
    if (keyword === 'witness') {
      const witness = parseVerifierKey(rest[0] ?? '', sha256);
      if (witness.type !== COSIGNATURE || rest.length > 2) throw new TlogError('MALFORMED_POLICY');
      define(name, { witness });
    } else if (keyword === 'group') {
      const [threshold, ...names] = rest;
      for (const member of names) {
        if (grouped.has(member)) throw new TlogError('MALFORMED_POLICY');
        grouped.add(member);
      }
      define(name, { threshold: thresholdOf(threshold, names.length), members: names.map(take) });
    } else if (keyword === 'quorum' && name !== undefined && rest.length === 0) {
      quorum = { member: name === 'none' ? undefined : take(name) };
    } else {
      throw new TlogError('MALFORMED_POLICY');
    }
  }
  if (quorum === undefined && named.size > 0) throw new TlogError('MALFORMED_POLICY');
  return { quorum: quorum?.member };
}

function thresholdOf(word: string | undefined, count: number): number {
  const threshold = word === 'all' ? count : word === 'any' ? 1 : /^[1-9][0-9]*$/.test(word ?? '') ? Number(word) : 0;
  if (threshold < 1 || threshold > count) throw new TlogError('MALFORMED_POLICY');
  return threshold;
}

/** @throws {TlogError} QUORUM_NOT_MET, BAD_SIGNATURE */
export function requireQuorum(note: Note, policy: Policy, verification: Verification): void {
  const witnessed = (member: Member): boolean =>
    'witness' in member
      ? verifiedBy(note, member.witness, verification).length > 0
      : member.members.filter(witnessed).length >= member.threshold;
  if (policy.quorum !== undefined && !witnessed(policy.quorum)) throw new TlogError('QUORUM_NOT_MET');
}
