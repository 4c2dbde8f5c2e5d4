import { fromBase64, fromDecimal } from '../encoding.js';
import { TlogError } from '../errors.js';
import { LOG_SIGNATURE, parseNote, parseVerifierKey, verifiedBy } from './note.js';
import type { Verification } from './note.js';
import { parsePolicy, requireQuorum } from './policy.js';

/** A log's signed head. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
}
/** What a reader trusts of a log before it has read anything. */
export interface LogTrust {
  readonly origin: string;
  /** Verifier keys of the log, as in c2sp.org/signed-note. */
  readonly keys: readonly string[];
  /** Witness policy, as in c2sp.org/tlog-policy; the empty text asks for the log's signature alone. */
  readonly policy: string;
}

/**
 * Opens a checkpoint: origin, size and root, signed by one of the log's keys and cosigned as the policy demands. Extension lines are
 * refused, since not every cosigner signs them.
 * @throws {TlogError}
 * @see c2sp.org/tlog-checkpoint
 */
export function openCheckpoint(text: string, trust: LogTrust, verification: Verification): Checkpoint {
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
  const keys = trust.keys.map((key) => parseVerifierKey(key, verification.sha256));
  const signed = keys.filter((key) => key.type === LOG_SIGNATURE && key.name === origin);
  if (!signed.some((key) => verifiedBy(note, key, verification).length > 0)) throw new TlogError('NO_LOG_SIGNATURE');
  requireQuorum(note, parsePolicy(trust.policy, verification.sha256), verification);
  return checkpoint;
}
