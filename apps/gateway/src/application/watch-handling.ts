import type { HandlingStore, OverdueDelivery } from './ports/handling.js';
import type { Now } from './ports/time-and-ids.js';

/** Of each authority in one round: what was received before there were clocks is many. */
const PAGES = 20;

/** Says once of each delivery and clock, to the systems of its recipient, that it has run out. An alarm: nothing about the delivery changes. */
export class WatchHandling {
  /** By authority, how far its deliveries were looked through for those without clocks: received before these were kept or, at any time, by a process of a release before. */
  private readonly kept = new Map<string, string>();

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
    for (let page = 0; page < PAGES; page += 1) {
      const upTo = await this.store.keepClocks(authority, this.kept.get(authority));
      if (upTo === undefined) return;
      this.kept.set(authority, upTo);
    }
  }
}
