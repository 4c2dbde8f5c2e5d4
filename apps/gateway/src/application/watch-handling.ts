import type { HandlingStore, OverdueDelivery } from './ports/handling.js';
import type { Now } from './ports/time-and-ids.js';

/** Says once of each delivery and clock, to the systems of its recipient, that it has run out. An alarm: nothing about the delivery changes. */
export class WatchHandling {
  /** Whose deliveries were looked through for those that came before their clocks were kept, or by a process of the release before. */
  private readonly looked = new Set<string>();

  constructor(
    private readonly store: Pick<HandlingStore, 'alarm' | 'keepClocks'>,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
  ) {}

  /** Those that nobody was told of before. */
  async alarms(): Promise<readonly (OverdueDelivery & { readonly authority: string })[]> {
    const found: (OverdueDelivery & { readonly authority: string })[] = [];
    for (const authority of this.authorities()) {
      if (!this.looked.has(authority) && (await this.store.keepClocks(authority))) this.looked.add(authority);
      for (const one of await this.store.alarm(authority, this.now())) found.push({ ...one, authority });
    }
    return found;
  }
}
