export type TlogErrorCode =
  | 'MALFORMED_NOTE'
  | 'MALFORMED_CHECKPOINT'
  | 'MALFORMED_PROOF'
  | 'MALFORMED_KEY'
  | 'MALFORMED_POLICY'
  | 'WRONG_ORIGIN'
  | 'NO_LOG_SIGNATURE'
  | 'BAD_SIGNATURE'
  | 'QUORUM_NOT_MET'
  | 'WRONG_INDEX'
  | 'WRONG_SIZE'
  | 'WRONG_LENGTH'
  | 'WRONG_ROOT';

/** Why a note, checkpoint, proof, key or policy was not accepted. */
export class TlogError extends Error {
  override readonly name = 'TlogError';
  constructor(readonly code: TlogErrorCode) {
    super(code);
  }
}
