import type { ProblemCode } from '#platform';
import type { GatewayErrorCode } from '../domain/errors.js';

/** Every error of the gateway has its answer; adding one without fails to compile. */
export const problems: Readonly<Record<GatewayErrorCode, readonly [ProblemCode, number]>> = {
  NOT_FOUND: ['not-found', 404],
  ID_REUSE: ['id-reuse', 409],
  TOO_LATE: ['too-late', 409],
  NOT_A_DRAFT: ['not-a-draft', 409],
  UNKNOWN_RECIPIENT: ['unknown-recipient', 422],
  UNKNOWN_FUNCTION: ['unknown-function', 422],
  UNKNOWN_MESSAGE_TYPE: ['unknown-message-type', 422],
  UNKNOWN_CODE: ['unknown-code', 422],
  CONTENT_INVALID: ['content-invalid', 422],
  FORMAL_OBSTACLE: ['formal-obstacle', 422],
  ASSESSMENT_MISSING: ['assessment-missing', 422],
  ASSESSMENT_INVALID: ['assessment-invalid', 422],
  ERASED: ['erased', 410],
  NOT_ENDED: ['not-ended', 409],
  HELD: ['held', 409],
  ERASURE_REFUSED: ['keeping-refused', 422],
  ATTACHMENT_INVALID: ['attachment-invalid', 422],
  ATTACHMENT_MISSING: ['attachment-missing', 422],
  ATTACHMENT_NOT_CARRIED: ['attachment-not-carried', 422],
  UPLOAD_OFFSET: ['upload-offset', 409],
  NOTHING_LOGGED: ['nothing-logged', 409],
  RECEIPT_EXISTS: ['receipt-exists', 409],
  RECEIPT_CONTRADICTS: ['receipt-contradicts', 409],
  RECEIPT_INVALID: ['receipt-invalid', 422],
  UNAUTHENTICATED: ['unauthenticated', 401],
  REGISTRATION_REFUSED: ['registration-refused', 422],
  TOO_LARGE: ['too-large', 413],
  SNAPSHOT_MISSING: ['not-ready', 503],
};
