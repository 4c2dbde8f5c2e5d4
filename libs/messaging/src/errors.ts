/** What handling needs is not here now; not the message's fault. The delivery is kept and tried again in place. */
export class HoldError extends Error {
  override readonly name = 'HoldError';
  constructor(readonly code: string) {
    super(code);
  }
}

/** The message cannot be handled, now or later. It is set aside for people, with the reason. */
export class QuarantineError extends Error {
  override readonly name = 'QuarantineError';
  constructor(readonly code: string) {
    super(code);
  }
}

/** The broker did not take responsibility for a message: it stays in the outbox. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  constructor(
    readonly code: 'DISCONNECTED' | 'BLOCKED' | 'UNROUTABLE' | 'REFUSED' | 'TIMEOUT',
    /** False: no octet of it was given to the connection. */
    readonly written = true,
  ) {
    super(code);
  }
}
