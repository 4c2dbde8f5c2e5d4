export type LoginErrorCode =
  | 'LOGIN_UNKNOWN_ISSUER'
  | 'LOGIN_NOT_BEGUN'
  | 'LOGIN_REFUSED'
  | 'LOGIN_STATE'
  | 'LOGIN_ISSUER'
  | 'LOGIN_AUDIENCE'
  | 'LOGIN_NONCE'
  | 'LOGIN_EXPIRED'
  | 'LOGIN_CODE'
  | 'LOGIN_TOKEN'
  | 'LOGIN_ASSURANCE'
  | 'LOGIN_ORGANISATION'
  | 'LOGIN_PROVIDER_AWAY';

/** Why nobody was logged in. Carries the library's code alone and no cause: what the provider sent says who somebody is. */
export class LoginError extends Error {
  override readonly name = this.constructor.name;

  constructor(
    readonly code: LoginErrorCode,
    /** Code of openid-client or of the provider (RFC 6749 section 5.2), e.g. `invalid_grant`. */
    readonly reason?: string,
  ) {
    super(reason === undefined ? code : `${code} (${reason})`);
  }
}
