export type LegalBasisErrorCode =
  | 'ENGINE_VERSION_UNKNOWN'
  | 'ENGINE_TOO_OLD'
  | 'DATE_INVALID'
  | 'RULE_SET_INVALID'
  | 'CLAIMS_MALFORMED'
  | 'MESSAGE_TYPE_UNKNOWN'
  | 'FIELD_UNCLASSIFIED'
  | 'SECRECY_UNDECLARED'
  | 'DECLARATION_UNKNOWN'
  | 'BASIS_UNKNOWN'
  | 'ITEM_UNKNOWN';

export abstract class LegalBasisError extends Error {
  abstract readonly code: LegalBasisErrorCode;
  override readonly name = this.constructor.name;
}
/** The check was called with something it cannot judge at all. A recipient holds on an unknown engine version. */
export class EngineError extends LegalBasisError {
  constructor(
    readonly code: 'ENGINE_VERSION_UNKNOWN' | 'ENGINE_TOO_OLD' | 'DATE_INVALID' | 'RULE_SET_INVALID',
    detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}
/** Claims that do not have the shape of claims. Carries the path, never the value. */
export class ClaimsError extends LegalBasisError {
  readonly code = 'CLAIMS_MALFORMED';
  constructor(readonly path: string) {
    super(`claims are malformed at ${path}`);
  }
}
/** A field that cannot be classified cannot be sent (design.md section 6). */
export class ClassificationError extends LegalBasisError {
  constructor(
    readonly code:
      | 'MESSAGE_TYPE_UNKNOWN'
      | 'FIELD_UNCLASSIFIED'
      | 'SECRECY_UNDECLARED'
      | 'DECLARATION_UNKNOWN'
      | 'BASIS_UNKNOWN'
      | 'ITEM_UNKNOWN',
    readonly path: string,
  ) {
    super(`${code} at ${path}`);
  }
}
