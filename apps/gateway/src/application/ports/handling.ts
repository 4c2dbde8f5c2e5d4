import type { Handling } from '#contracts';
import type { HandlingChange } from '../../domain/handling.js';

/** What systems of a recipient say of how far it has come. */
export interface HandlingStore {
  /** By message id, oldest first; of those alone of which something was said. */
  changes(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly HandlingChange[]>>;
  /** A system has taken it over. @returns false, and nothing is changed, when more was said of it already */
  receive(authority: string, messageId: string, system: string, at: Date): Promise<boolean>;
}

/** Deliveries that are in this status, and those of which a clock has run out by then. */
export interface HandlingFilter {
  readonly handling?: Handling;
  readonly overdueAt?: Date;
}
