import type { Handling, HandlingClock } from '#contracts';
import type { HandlingChange } from '../../domain/handling.js';

/** What systems of a recipient say of how far it has come. */
export interface HandlingStore {
  /** By message id, oldest first; of those alone of which something was said. */
  changes(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly HandlingChange[]>>;
  /** A system has taken it over. @returns false, and nothing is changed, when more was said of it already */
  receive(authority: string, messageId: string, system: string, at: Date): Promise<boolean>;
  /** Keeps the clocks that may run of a page of what was received without. @param after what it gave before @returns undefined when nothing comes after, or not all have their status yet */
  keepClocks(authority: string, after: string | undefined): Promise<string | undefined>;
  /** Tells systems of a page of clocks that have run out. @returns those that nobody was told of before, and whether there are more */
  alarm(authority: string, at: Date): Promise<{ readonly told: readonly OverdueDelivery[]; readonly isMore: boolean }>;
}

export interface OverdueDelivery {
  readonly messageId: string;
  readonly what: HandlingClock;
}

/** Deliveries that are in this status, and those of which a clock has run out by then. */
export interface HandlingFilter {
  readonly handling?: Handling;
  readonly overdueAt?: Date;
}
