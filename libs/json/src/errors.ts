export type JsonErrorCode =
  | 'MALFORMED_JSON'
  | 'DUPLICATE_KEY'
  | 'FORBIDDEN_KEY'
  | 'JSON_TOO_DEEP'
  | 'JSON_TOO_LARGE'
  | 'INVALID_ENCODING'
  | 'INVALID_TEXT'
  | 'NUMBER_OUT_OF_RANGE';

/** Why a text is not JSON as we take it, or a value not JSON as we give it. Carries a position, never a part of the input. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  constructor(
    readonly code: JsonErrorCode,
    /** Index of the UTF-16 unit in the text where the fault was seen. */
    readonly offset?: number,
  ) {
    super(offset === undefined ? code : `${code} at ${offset}`);
  }
}
