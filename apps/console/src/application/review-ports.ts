import type { FindingResult } from '#envelope';
import type { DisclosureRow } from '../domain/disclosure.js';
import type { Finding, FindingOn } from '../domain/finding.js';
import type { Query } from '../domain/query.js';
import type { Progress, Sample, SampleItem } from '../domain/sample.js';
import type { Acting } from './ports.js';

export type { Finding, FindingOn, FindingState } from '../domain/finding.js';
export { REVIEW_REFUSALS, ReviewRefusal } from '../domain/review-refusal.js';
export type { ReviewRefusalCode } from '../domain/review-refusal.js';
export type { Progress, Sample, SampleItem, SampleState, Sheet } from '../domain/sample.js';

export interface WantedSample {
  readonly query: Query;
  /** As the form has them. */
  readonly stratifiedBy: string;
  readonly size: string;
  /** Base64url SHA-256 of the auditor's 32 octets. */
  readonly nonceDigest: string;
}
export interface ListedSample {
  readonly sample: Sample;
  /** Items with a sheet. */
  readonly reviewed: number;
}
export interface ShownItem extends SampleItem {
  readonly stratum: string;
  /** Of the log, decimal. */
  readonly index: string;
  /** Absent: the opening is erased. */
  readonly row?: DisclosureRow;
}
export interface ShownSample {
  readonly sample: Sample;
  readonly progress: Progress;
  readonly items: readonly ShownItem[];
  /** The first checked checkpoint under quorum that covers the entry by which the sample was fixed; absent: it is waited for. */
  readonly witnessed?: { readonly index: string; readonly size: string; readonly root: string };
}
export const SAMPLE_FILES = ['population', 'drawn', 'report'] as const;
export type SampleFile = (typeof SAMPLE_FILES)[number];
export interface ShownFinding {
  readonly finding: Finding;
  /** Who it may be assigned to. */
  readonly colleagues: readonly string[];
  readonly authorities: readonly string[];
  readonly mayAnswer: boolean;
  /** What it may be closed with. */
  readonly results: readonly FindingResult[];
}

/**
 * Samples and findings of a review (*granskning*): of all assignments with the same provision, diary number and authorities, as far as the auditor's own covers them. Each of these commits an entry to the log before it
 * returns or shows anything. Each throws ConsoleError as AuditorQueries does, `NOT_WITHIN_ASSIGNMENT` also of what is in another review, and ReviewRefusal.
 */
export abstract class AuditorReviews {
  /** Newest first. */
  abstract samples(acting: Acting): Promise<readonly ListedSample[]>;
  /** Fixes population, strata, sizes and nonce. @returns id of the sample */
  abstract fix(acting: Acting, wanted: WantedSample): Promise<string>;
  abstract sample(acting: Acting, id: string): Promise<ShownSample>;
  /** @param nonce 32 octets, base64url */
  abstract draw(acting: Acting, id: string, nonce: string): Promise<void>;
  abstract item(acting: Acting, id: string, item: number): Promise<ShownSample & { readonly item: ShownItem }>;
  abstract review(acting: Acting, id: string, item: number, outcome: string, comment: string): Promise<void>;
  /** @param confirms entry of the sheet that was read */
  abstract confirm(acting: Acting, id: string, item: number, confirms: string, comment: string): Promise<void>;
  abstract sign(acting: Acting, id: string): Promise<void>;
  /** UTF-8, with the digest that stands in the log. */
  abstract file(acting: Acting, id: string, file: SampleFile): Promise<string>;

  /** Newest first. */
  abstract findings(acting: Acting): Promise<readonly Finding[]>;
  /** @returns id of the finding */
  abstract open(
    acting: Acting,
    on: FindingOn,
    said: { readonly title: string; readonly text: string; readonly severity: string },
  ): Promise<string>;
  abstract finding(acting: Acting, id: string): Promise<ShownFinding>;
  abstract assign(acting: Acting, id: string, to: string): Promise<void>;
  abstract answerTo(acting: Acting, id: string, text: string): Promise<void>;
  abstract close(acting: Acting, id: string, result: string, text: string): Promise<void>;
}
