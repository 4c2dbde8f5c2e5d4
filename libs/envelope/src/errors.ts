export type EnvelopeErrorCode =
  | 'MALFORMED_TOKEN'
  | 'TOKEN_TOO_LARGE'
  | 'FORBIDDEN_HEADER'
  | 'WRONG_TYPE'
  | 'WRONG_ALGORITHM'
  | 'WRONG_KEY'
  | 'BAD_SIGNATURE'
  | 'NOT_OPENED'
  | 'WRONG_CONTEXT'
  | 'MALFORMED_KEY'
  | 'MALFORMED_STATEMENT';

/**
 * Why a token, key or statement was not accepted. The code is for the caller's own log; towards outsiders every failure to open is the same.
 */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
  constructor(
    readonly code: EnvelopeErrorCode,
    /** Member of the statement at fault; never its value. */
    readonly path?: string,
    options?: ErrorOptions,
  ) {
    super(path === undefined ? code : `${code}: ${path}`, options);
  }
}
