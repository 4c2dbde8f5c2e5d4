import { authority, codec, count, environment, instant, name, one, oneOf, uuid } from './codec.js';
import { RELEASE_HOLD_CODES } from './receipt-codes.js';
import type { ReleaseHoldCode } from './receipt-codes.js';

/**
 * A sender's statement that what has not been released to a recipient in a case is not to be (*spärr*), or `lifted`: that it may be again. A closed code about an opaque
 * case id, so that it needs no permit (design.md section 10). No legal hold, which keeps what is stored from erasure.
 */
export interface ReleaseHold {
  readonly v: 1;
  readonly env: string;
  readonly holdId: string;
  readonly caseId: string;
  readonly sender: string;
  readonly recipient: string;
  /** The sender's. */
  readonly gateway: string;
  /** Of this sender's about the same case and recipient, from 1: the highest stands, in whatever order they come. */
  readonly number: number;
  readonly code: ReleaseHoldCode;
  readonly at: string;
}

const releaseHolds = codec<'hold', ReleaseHold>('hold', 'delge-release-hold+jws', {
  v: one,
  env: environment,
  holdId: uuid,
  caseId: uuid,
  sender: authority,
  recipient: authority,
  gateway: name,
  number: count,
  code: oneOf(...RELEASE_HOLD_CODES),
  at: instant,
});
export const { sign: signReleaseHold, parse: parseReleaseHold, verify: verifyReleaseHold } = releaseHolds;
