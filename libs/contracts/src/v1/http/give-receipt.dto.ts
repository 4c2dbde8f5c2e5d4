import { IsIn, IsString, Length } from 'class-validator';
import { Optional } from './rules.js';

export const BUSINESS_RECEIPTS = ['accepted', 'form-rejected', 'handled'] as const;
export type BusinessReceipt = (typeof BUSINESS_RECEIPTS)[number];
/** Why a referral is refused for its form; never for its substance. As `#envelope` has them. */
export const FORM_REASONS = [
  'misdirected',
  'not-competent',
  'wrong-function',
  'unreadable-attachment',
  'duplicate-of-earlier',
  'case-unknown',
  'incomplete',
] as const;
export type FormReason = (typeof FORM_REASONS)[number];

/**
 * Body of `POST /v1/deliveries/{id}/receipts`. One receipt of each kind is given for a delivery; `accepted` and `form-rejected` exclude each other,
 * and `handled` comes after `accepted`.
 */
export class GiveReceiptDto {
  @IsIn(BUSINESS_RECEIPTS) readonly kind!: BusinessReceipt;
  /** The recipient's diary number; sealed to the sending authority, never in clear outside the two gateways. */
  @Optional() @IsString() @Length(1, 64) readonly diaryNumber?: string;
  /** Required when `kind` is `form-rejected`, refused otherwise. */
  @Optional() @IsIn(FORM_REASONS) readonly reason?: FormReason;
}
