/** A wire message that does not have the shape of its type. Carries a code and a member's name, never a value. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  constructor(
    readonly code: 'MALFORMED_MESSAGE' | 'UNKNOWN_MEMBER' | 'MISSING_MEMBER' | 'INVALID_MEMBER',
    readonly path?: string,
    options?: ErrorOptions,
  ) {
    super(path === undefined ? code : `${code} at ${path}`, options);
  }
}
