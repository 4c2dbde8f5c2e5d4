import type { VerdictView } from './referral-view.dto.js';

/** A basis, or the fewest together, that would carry everything; checked as if it had been claimed. */
export interface GroundView {
  /** Ids to claim, as `bases` takes them. */
  readonly bases: readonly string[];
  /** Their versions in force on the day. */
  readonly versions: readonly string[];
  readonly outcome: 'permit' | 'assess';
  /** With `assess`. */
  readonly kind?: 'officer' | 'legal-question' | 'protected';
  readonly force: 'duty' | 'duty-on-request' | 'permission';
  readonly clock: 'none' | 'genast' | 'skyndsamt';
  /** Whether the sending authority's jurist has adopted every version. */
  readonly adopted: boolean;
  /** What it is, its wording, and as questions what assessments and facts are missing. */
  readonly sv: object;
  readonly en: object;
}

interface CheckedView {
  /** The day that the law was asked for. */
  readonly on: string;
  readonly ruleSet: { readonly number: number; readonly sha256: string };
}
/** Answer of `POST /v1/disclosure-checks` to claims. */
export interface DisclosureCheckView extends CheckedView {
  readonly verdict: VerdictView;
  /** When no basis was claimed. */
  readonly grounds?: readonly GroundView[];
}
/** Its answer to a whole referral. */
export interface ReferralCheckView extends CheckedView {
  /** The worst of the recipients: what a submission of it would come to. */
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly recipients: readonly RecipientCheckView[];
}
export interface RecipientCheckView {
  readonly authority: string;
  readonly function: string;
  readonly verdict: VerdictView;
  /** When no basis was claimed. */
  readonly grounds?: readonly GroundView[];
}
