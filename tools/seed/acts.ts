import type { Receipt, RecordedDisclosure, Retraction } from '#envelope';
import type { Message } from './teller.js';

/** Something that happened to a message and stands in the log. `at` is when the exchange signed it, milliseconds. */
export type Act =
  | { readonly kind: 'decision' | 'refusal' | 'expired'; readonly at: number; readonly of: Message }
  | {
      readonly kind: 'receipt';
      readonly at: number;
      readonly of: Message;
      readonly receipt: Exclude<Receipt['kind'], 'request-refused' | 'subscription-answered'>;
      readonly reason?: string;
      readonly retractionId?: string;
    }
  | {
      readonly kind: 'retraction';
      readonly at: number;
      readonly of: Message;
      readonly retractionId: string;
      readonly reason: Retraction['reason'];
    }
  | {
      readonly kind: 'recorded';
      readonly at: number;
      readonly of: Message;
      readonly officer: string;
      readonly disclosedAt: number;
      readonly channel: RecordedDisclosure['channel'];
      readonly identityCheck: RecordedDisclosure['identityCheck'];
    };

export const inTime = (acts: readonly Act[]): readonly Act[] => acts.toSorted((a, b) => a.at - b.at);

/** Of the ten kinds of irregularity. */
export const IRREGULARITIES = [
  'alone-at-night',
  'one-ground-for-all',
  'one-fact-changed',
  'receipts-overdue',
  'retracted-at-once',
  'case-in-pieces',
  'burst-to-one',
  'unusual-category',
  'stale-assessment',
  'recorded-late',
] as const;
export type Irregularity = (typeof IRREGULARITIES)[number];

/** What was planted, for whoever compares with what an auditor found. */
export interface Planted {
  readonly kind: Irregularity;
  readonly messages: readonly string[];
  /** What is wrong, in words. */
  readonly what: string;
  readonly officer?: string;
  readonly caseId?: string;
}
