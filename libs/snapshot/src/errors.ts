export type SnapshotErrorCode =
  | 'MALFORMED_TRUST'
  | 'MALFORMED_ENTRY'
  | 'MALFORMED_STATEMENT'
  | 'WRONG_ENVIRONMENT'
  | 'WRONG_PRINCIPAL'
  | 'NOT_COUNTERSIGNED'
  | 'BAD_SIGNATURE'
  | 'NOT_POSSESSED'
  | 'UNKNOWN_PARTICIPANT'
  | 'UNKNOWN_GATEWAY'
  | 'UNKNOWN_AUTHORITY'
  | 'UNKNOWN_KEY'
  | 'UNKNOWN_RULE_SET'
  | 'NOT_ADOPTED'
  | 'NO_VERSIONS'
  | 'ALREADY_ENROLLED'
  | 'KEY_IN_USE'
  | 'LAST_KEY'
  | 'RULE_SET_OUT_OF_ORDER'
  | 'SIZE_NOT_HELD'
  | 'LOG_ROLLED_BACK'
  | 'LOG_FORKED'
  | 'TOKEN_REFUSED';

/** Why a statement, a trust file, a log or a service token was not accepted. Carries codes, never values. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  constructor(
    readonly code: SnapshotErrorCode,
    readonly path?: string,
    options?: ErrorOptions,
  ) {
    super(path === undefined ? code : `${code}: ${path}`, options);
  }
}
