import type { HandlingStore, OverdueDelivery } from './ports/handling.js';
import type { Now } from './ports/time-and-ids.js';

/** Of each authority in one round: what was received before there were clocks is many. */
const PAGES = 20;

/** Says once of each delivery and clock, to the systems of its recipient, that it has run out. An alarm: nothing about the delivery changes. */
export class WatchHandling {
  /** Whose deliveries were looked through for those that came before their clocks were kept, or by a process of the release before. */
  private readonly looked = new Set<string>();

  constructor(
    private readonly store: Pick<HandlingStore, 'alarm' | 'keepClocks'>,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
  ) {}

  /** Those that nobody was told of before. @param failed what one authority met, which stops no other unless it throws */
  async *alarms(
    failed: (error: unknown, authority: string) => void,
  ): AsyncGenerator<OverdueDelivery & { readonly authority: string }> {
    for (const authority of this.authorities()) {
      try {
        await this.keep(authority);
      } catch (error) {
        failed(error, authority);
      }
      try {
        for (let page = 0, isMore = true; isMore && page < PAGES; page += 1) {
          const passed = await this.store.alarm(authority, this.now());
          for (const one of passed.told) yield { ...one, authority };
          ({ isMore } = passed);
        }
      } catch (error) {
        failed(error, authority);
      }
    }
  }

  private async keep(authority: string): Promise<void> {
    if (!this.looked.has(authority) && (await this.store.keepClocks(authority))) this.looked.add(authority);
  }
}
