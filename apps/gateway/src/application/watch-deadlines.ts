import type { DueStore, Overdue } from './ports/due.js';
import type { Now } from './ports/time-and-ids.js';

/** Says once of each message and deadline that it has passed. That is an alarm and no receipt: nothing about the message changes. */
export class WatchDeadlines {
  constructor(
    private readonly store: Pick<DueStore, 'alarm' | 'overdue'>,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
  ) {}

  /** Those that nobody was told of before. */
  async alarms(): Promise<readonly (Overdue & { readonly authority: string })[]> {
    const found: (Overdue & { readonly authority: string })[] = [];
    for (const authority of this.authorities())
      for (const one of await this.store.alarm(authority, this.now())) found.push({ ...one, authority });
    return found;
  }

  /** How many stand. */
  async standing(): Promise<number> {
    let count = 0;
    for (const authority of this.authorities()) count += await this.store.overdue(authority, this.now());
    return count;
  }
}
