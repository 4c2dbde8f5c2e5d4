/** Why the signer will not sign a log any more. A person must look at it; restarting changes nothing. */
export type RefusalCode =
  | 'STATE_MISSING'
  | 'STATE_CORRUPT'
  | 'STATE_ROLLED_BACK'
  | 'LOG_TRUNCATED'
  | 'LOG_CHANGED'
  | 'LEAF_MISSING'
  | 'CHECKPOINT_FORKED'
  | 'CHECKPOINT_NOT_WITNESSED'
  | 'CHECKPOINT_STALE'
  | 'WRONG_KEY';

/** Another process signs by this state. Whoever ends it, this one goes on. */
export class StateInUse extends Error {
  override readonly name = 'StateInUse';
}

/** What the database shows contradicts what was signed. */
export class SignerRefusal extends Error {
  override readonly name = 'SignerRefusal';
  constructor(readonly code: RefusalCode) {
    super(code);
  }
}
