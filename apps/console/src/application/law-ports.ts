import type { LawAct } from '../domain/law-history.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import type { Query } from '../domain/query.js';
import type { Acting } from './ports.js';

/** A decision by today's rule set, wordings and engine; with the directory, the adoptions and the legal positions that it was made with. */
export interface Compared {
  readonly row: DisclosureRow;
  readonly today: ComparedToday;
}
export type ComparedToday =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'changed'; readonly before: ComparedVerdict; readonly after: ComparedVerdict }
  /** Closed code: what is lacking, or contradicts. */
  | { readonly outcome: 'not-computed'; readonly code: string };
export interface ComparedVerdict {
  readonly outcome: string;
  readonly kind?: string;
  /** Where the other has another. */
  readonly force?: string;
  /** That carry what is disclosed, those that the other has not. */
  readonly versions: readonly string[];
  /** Of the verdict, those that the other has not. */
  readonly codes: readonly string[];
}
export interface ComparedPage {
  /** Of the rule set, and the day. */
  readonly ruleSet: number;
  readonly on: string;
  /** All that were computed, newest first. */
  readonly rows: readonly Compared[];
  /** Opaque; absent where there are no more. */
  readonly next?: string;
}

/** The law as authorities have adopted it, and what today's would make of what was decided. */
export abstract class AuditorLaw {
  /** What jurists of these authorities stated, in the order of the `keys` log; that lies open to anyone. @throws {ConsoleError} NOT_READY */
  abstract acts(authorities: readonly string[]): readonly LawAct[];
  /**
   * Computes decisions that the question finds, 25 a page; each is a look at its opening. Needs all that openings say.
   * @throws {ConsoleError} as AuditorQueries, FIELD_NOT_GRANTED `evidence`
   */
  abstract today(acting: Acting, query: Query, cursor?: string): Promise<ComparedPage>;
}
