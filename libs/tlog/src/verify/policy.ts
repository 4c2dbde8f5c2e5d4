import { equal } from '../encoding.js';
import type { Sha256 } from '../encoding.js';
import { TlogError } from '../errors.js';
import { COSIGNATURE, LOG_SIGNATURE, cosignedAt, parseVerifierKey, verifiedBy } from './note.js';
import type { Note, Verification, VerifierKey } from './note.js';

/** A witness that a policy names. */
export interface PolicyWitness {
  /** Within the policy; its key has a name of its own. */
  readonly name: string;
  readonly key: VerifierKey;
  /** Submission prefix of c2sp.org/tlog-witness, of a witness that is asked and does not ask itself. */
  readonly url?: string;
}
type Member = PolicyWitness | { readonly threshold: number; readonly members: readonly Member[] };

/** Which witnesses must have cosigned a checkpoint; without a quorum the log's own signature is enough. */
export interface Policy {
  /** Logs it is for; empty: those that the reader trusts anyway. */
  readonly logs: readonly VerifierKey[];
  readonly witnesses: readonly PolicyWitness[];
  readonly quorum: Member | undefined;
}

/**
 * Reads a witness policy. The empty text stands for `quorum none`. No key may stand in it twice: a cosignature does not bind its witness's name,
 * so that one signature would count for two.
 * @throws {TlogError} MALFORMED_POLICY
 * @see c2sp.org/tlog-policy
 */
export function parsePolicy(text: string, sha256: Sha256): Policy {
  const logs: VerifierKey[] = [];
  const witnesses: PolicyWitness[] = [];
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
  const keyOf = (word: string | undefined, type: number, known: readonly VerifierKey[]): VerifierKey => {
    const key = parseVerifierKey(word ?? '', sha256);
    if (key.type !== type || known.some(({ publicKey }) => equal(publicKey, key.publicKey)))
      throw new TlogError('MALFORMED_POLICY');
    return key;
  };
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [keyword, name, ...rest] = line.split(/[ \t]+/);
    if (keyword === 'log') {
      if (rest.length > 1) throw new TlogError('MALFORMED_POLICY');
      logs.push(keyOf(name, LOG_SIGNATURE, logs));
    } else if (keyword === 'witness') {
      const [word, url, ...more] = rest;
      if (more.length > 0) throw new TlogError('MALFORMED_POLICY');
      const key = keyOf(
        word,
        COSIGNATURE,
        witnesses.map((other) => other.key),
      );
      const witness = { name: name ?? '', key, ...(url === undefined ? {} : { url }) };
      define(name, witness);
      witnesses.push(witness);
    } else if (keyword === 'group') {
      const [threshold, ...names] = rest;
      for (const member of names) {
        if (grouped.has(member)) throw new TlogError('MALFORMED_POLICY');
        grouped.add(member);
      }
      define(name, { threshold: thresholdOf(threshold, names.length), members: names.map(take) });
    } else if (keyword === 'quorum' && name !== undefined && rest.length === 0 && quorum === undefined) {
      quorum = { member: name === 'none' ? undefined : take(name) };
    } else {
      throw new TlogError('MALFORMED_POLICY');
    }
  }
  if (quorum === undefined && named.size + logs.length > 0) throw new TlogError('MALFORMED_POLICY');
  return { logs, witnesses, quorum: quorum?.member };
}

function thresholdOf(word: string | undefined, count: number): number {
  const threshold = word === 'all' ? count : word === 'any' ? 1 : /^[1-9][0-9]*$/.test(word ?? '') ? Number(word) : 0;
  if (threshold < 1 || threshold > count) throw new TlogError('MALFORMED_POLICY');
  return threshold;
}

/**
 * The witnesses among the policy's that have cosigned the note, each with the newest of its times, POSIX seconds.
 * @throws {TlogError} BAD_SIGNATURE
 */
export function cosignedBy(
  note: Note,
  { witnesses }: Policy,
  verification: Verification,
): ReadonlyMap<PolicyWitness, bigint> {
  const times = new Map<PolicyWitness, bigint>();
  for (const witness of witnesses) {
    for (const { signature } of verifiedBy(note, witness.key, verification)) {
      const time = cosignedAt(signature);
      if (time > (times.get(witness) ?? -1n)) times.set(witness, time);
    }
  }
  return times;
}

/** Whether these witnesses are as many as the policy demands. */
export function meetsQuorum({ quorum }: Policy, cosigned: ReadonlySet<PolicyWitness>): boolean {
  const witnessed = (member: Member): boolean =>
    'key' in member ? cosigned.has(member) : member.members.filter(witnessed).length >= member.threshold;
  return quorum === undefined || witnessed(quorum);
}

/**
 * @returns median of the cosignature times, POSIX seconds; undefined where no witness cosigned and none has to
 * @throws {TlogError} QUORUM_NOT_MET, BAD_SIGNATURE
 */
export function requireQuorum(note: Note, policy: Policy, verification: Verification): bigint | undefined {
  const times = cosignedBy(note, policy, verification);
  if (!meetsQuorum(policy, new Set(times.keys()))) throw new TlogError('QUORUM_NOT_MET');
  const sorted = [...times.values()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
