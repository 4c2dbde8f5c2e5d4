import { equal, fromBase64, fromDecimal } from '../encoding.js';
import type { Sha256, VerifyEd25519 } from '../encoding.js';
import { TlogError } from '../errors.js';
import { LOG_SIGNATURE, parseNote, parseVerifierKey, verifiedBy } from './note.js';
import type { Verification, VerifierKey } from './note.js';
import { parsePolicy, requireQuorum } from './policy.js';
import type { Policy } from './policy.js';

/** A log's signed head. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Median of the cosignature times of the policy's witnesses (of two, the earlier), POSIX seconds; absent under a policy without witnesses. */
  readonly witnessedAt?: bigint;
}
/** What a reader trusts of a log before it has read anything. */
export interface LogTrust {
  readonly origin: string;
  /** Verifier keys of the log, as in c2sp.org/signed-note. */
  readonly keys: readonly string[];
  /** Witness policy, c2sp.org/tlog-policy; the empty text asks for the log's signature alone. */
  readonly policy: string;
}

/**
 * Opens a checkpoint: origin, size and root, signed by one of the log's keys and cosigned as the policy demands. Extension lines are
 * refused, since not every cosigner signs them.
 * @throws {TlogError}
 * @see c2sp.org/tlog-checkpoint
 */
export function openCheckpoint(text: string, trust: LogTrust, verification: Verification): Checkpoint {
  const before = openedBefore(trust, verification);
  const known = before.get(text);
  if (known !== undefined) return known;
  const checkpoint = open(text, trust, verification);
  if (text.length <= MAX_REMEMBERED_LENGTH) {
    if (before.size >= MOST_REMEMBERED) before.clear();
    before.set(text, checkpoint);
  }
  return checkpoint;
}

/** Many entries stand under one checkpoint, and each comes with it: what verified under a trust verifies again. What did not is never remembered. */
const opened = new WeakMap<LogTrust, WeakMap<VerifyEd25519, Map<string, Checkpoint>>>();
const [MOST_REMEMBERED, MAX_REMEMBERED_LENGTH] = [64, 4_096];

function openedBefore(trust: LogTrust, { verifyEd25519 }: Verification): Map<string, Checkpoint> {
  const byVerifier = opened.get(trust) ?? new WeakMap<VerifyEd25519, Map<string, Checkpoint>>();
  const before = byVerifier.get(verifyEd25519) ?? new Map<string, Checkpoint>();
  opened.set(trust, byVerifier.set(verifyEd25519, before));
  return before;
}

function open(text: string, trust: LogTrust, verification: Verification): Checkpoint {
  const note = parseNote(text);
  const [origin, size, root, end, ...rest] = note.text.split('\n');
  if (origin === undefined || size === undefined || root === undefined || end !== '' || rest.length > 0) {
    throw new TlogError('MALFORMED_CHECKPOINT');
  }
  if (origin !== trust.origin) throw new TlogError('WRONG_ORIGIN');
  const checkpoint = {
    origin,
    size: fromDecimal(size, 'MALFORMED_CHECKPOINT'),
    root: fromBase64(root, 'MALFORMED_CHECKPOINT'),
  };
  if (checkpoint.root.length !== 32) throw new TlogError('MALFORMED_CHECKPOINT');
  const { keys, policy } = read(trust, verification.sha256);
  if (!keys.some((key) => verifiedBy(note, key, verification).length > 0)) throw new TlogError('NO_LOG_SIGNATURE');
  const witnessedAt = requireQuorum(note, policy, verification);
  return { ...checkpoint, ...(witnessedAt === undefined ? {} : { witnessedAt }) };
}

interface ReadTrust {
  readonly keys: readonly VerifierKey[];
  readonly policy: Policy;
}
const alreadyRead = new WeakMap<LogTrust, ReadTrust>();

/** Keys that may sign for the log: those of the trust file, and when the policy names logs, those that it names too. */
function read(trust: LogTrust, sha256: Sha256): ReadTrust {
  const known = alreadyRead.get(trust);
  if (known !== undefined) return known;
  const policy = parsePolicy(trust.policy, sha256);
  const keys = trust.keys
    .map((key) => parseVerifierKey(key, sha256))
    .filter(({ type, name }) => type === LOG_SIGNATURE && name === trust.origin)
    .filter((key) => policy.logs.length === 0 || policy.logs.some((named) => same(named, key)));
  const fresh = { keys, policy };
  alreadyRead.set(trust, fresh);
  return fresh;
}
const same = (a: VerifierKey, b: VerifierKey): boolean => a.name === b.name && equal(a.publicKey, b.publicKey);
