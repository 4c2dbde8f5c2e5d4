import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn } from 'class-validator';
import { IsAuthorityId, Optional } from './rules.js';

/** Why a sender takes a message back. As `#envelope` has them. */
export const RETRACTION_REASONS = [
  'wrong-recipient',
  'wrong-person',
  'wrong-information',
  'no-ground',
  'sent-twice',
  'correction-not-permitted',
  'given-another-way',
] as const;
export type RetractionReason = (typeof RETRACTION_REASONS)[number];
/** Those that a caller gives by themselves: that it was given another way is told with how. */
export const ASKED_RETRACTIONS = RETRACTION_REASONS.filter((reason) => reason !== 'given-another-way');

/** What became of what was taken back or put right. As `#envelope` has them. */
export const ACKNOWLEDGEMENTS = [
  'not-used',
  'used-in-open-matter',
  'used-in-decision',
  'passed-on',
  'disposed-under-decision',
] as const;
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];

/** Body of `POST /v1/referrals/{id}/retraction`. One retraction of each message. */
export class RetractReferralDto {
  @IsIn(ASKED_RETRACTIONS) readonly reason!: RetractionReason;
  /** Authorities among the recipients; absent: everyone whose message was sent and has not ended without arriving. */
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @IsAuthorityId({ each: true })
  readonly recipients?: string[];
}

/** Body of `POST /v1/deliveries/{id}/acknowledgement`. */
export class AcknowledgeDto {
  @IsIn(ACKNOWLEDGEMENTS) readonly code!: Acknowledgement;
}
