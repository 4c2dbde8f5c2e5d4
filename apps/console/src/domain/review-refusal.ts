/** Why an act of a review is refused; nothing of it is kept. */
export const REVIEW_REFUSALS = [
  'POPULATION_EMPTY',
  'POPULATION_TOO_LARGE',
  'STRATA_TOO_MANY',
  'SIZE_INVALID',
  'NONCE_DIGEST_INVALID',
  'NONCE_USED',
  'NONCE_WRONG',
  'NOT_WITNESSED_YET',
  'ALREADY_DRAWN',
  'NOT_DRAWN',
  'SHEET_INVALID',
  'SHEET_CHANGED',
  'OWN_SHEET',
  'NOT_ALL_REVIEWED',
  'ALREADY_SIGNED',
  'FINDING_INVALID',
  'FINDING_CLOSED',
  'NOT_A_COLLEAGUE',
  'NOT_ASSIGNED',
  'NOT_ANSWERED',
] as const;
export type ReviewRefusalCode = (typeof REVIEW_REFUSALS)[number];
export class ReviewRefusal extends Error {
  override readonly name = 'ReviewRefusal';
  constructor(readonly code: ReviewRefusalCode) {
    super(code);
  }
}
