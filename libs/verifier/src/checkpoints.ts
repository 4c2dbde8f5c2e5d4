import { TlogError, openCheckpoint, parseOffer, verifyConsistency } from '#tlog/verify';
import type { Checkpoint, LogTrust, Offer, TlogErrorCode } from '#tlog/verify';
import { sameBytes, sha256, verification } from './crypto.js';
import { attempt, checkpointFinding } from './say.js';
import type { Say } from './say.js';

/** @returns undefined when it is not one that the policy takes, which is reported */
export function opened(text: string, trust: LogTrust, say: Say): Checkpoint | undefined {
  return attempt(
    () => openCheckpoint(text, trust, verification),
    TlogError,
    (why) => say(checkpointFinding(why as TlogErrorCode), { why }),
  );
}

/** Reads a consistency proof as a witness is given it. @returns undefined when it is not one */
export const offerOf = (text: string): Offer | undefined =>
  attempt(
    () => parseOffer(text),
    TlogError,
    () => undefined,
  );

/** Whether the older is the beginning of the newer, by the proof. */
export function consistent(older: Checkpoint, newer: Checkpoint, hashes: readonly Uint8Array[]): boolean {
  try {
    verifyConsistency(sha256, older.size, newer.size, hashes, older.root, newer.root);
    return true;
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
}

export const sameHead = (a: Checkpoint, b: Checkpoint): boolean => a.size === b.size && sameBytes(a.root, b.root);
