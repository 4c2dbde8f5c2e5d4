import type { EventView } from '#contracts';

/** What an authority's systems are told of. What is read has been committed, and nothing comes before it later. */
export interface EventStore {
  /**
   * @param after id of an event; absent: from the beginning
   * @param since those alone that happened at or after it
   * @throws {GatewayError} NOT_FOUND
   */
  list(authority: string, after: string | undefined, limit: number, since?: Date): Promise<readonly EventView[]>;
  find(authority: string, eventId: string): Promise<EventView | undefined>;
  /** Of each authority the id of its newest event. */
  newest(authorities: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
  /** Id of the newest event that the system acknowledged. */
  acknowledged(authority: string, system: string): Promise<string | undefined>;
  /** Never goes back. @returns id of the newest event that is acknowledged now @throws {GatewayError} NOT_FOUND */
  acknowledge(authority: string, system: string, through: string, at: Date): Promise<string>;
}
