import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { MessageDecidedV1 } from '#contracts';
import type { CatchUpStore, ToldAgain, ToldItem, ToldLog } from './ports/catch-up.js';
import type { Now } from './ports/time-and-ids.js';
import type { RebuildSent } from './rebuild-sent.js';

/** As long as the exchange keeps a sealed copy after its receipt: nothing older can be had. */
const FIRST_MS = 14 * 24 * 60 * 60 * 1000;
const PAGE = 500;
const AT_ONCE = 10;
const RETRY_MS = 5_000;

/** What became of one thing that was missing. */
export type Handled = 'handled' | 'refused';

/**
 * Looks, at the start and now and then, whether everything that the exchange told this gateway is here, and asks for what is not: after a restore from a backup, or when a
 * queue was lost. What it gets goes the way of what the broker brings, and is verified like it; what is here already has no second effect (design.md I2).
 */
export class CatchUp extends Loop {
  private isThrough = false;

  constructor(
    private readonly exchange: ToldLog,
    private readonly store: CatchUpStore,
    private readonly rebuilding: RebuildSent,
    /** As a message from the broker. @throws {NotYet} */
    private readonly handle: (told: ToldAgain) => Promise<Handled>,
    private readonly intervalMs: number,
    private readonly log: EventLog,
    private readonly now: Now,
  ) {
    super();
  }

  /** @returns undefined once it has looked at all that was told before the start */
  warning(): 'not-through' | undefined {
    return this.isThrough ? undefined : 'not-through';
  }

  /** @returns how many were missing and came, until nothing more is told */
  async execute(): Promise<number> {
    let fetched = 0;
    for (;;) {
      const after = (await this.store.read()) ?? { at: new Date(this.now().getTime() - FIRST_MS) };
      const items = await this.exchange.list(after, PAGE);
      // The last one read comes again. A notice is an entry of its own, a delivery may come behind the decision that was read.
      const unread = items.filter(({ is, entryId }) => is !== 'notice' || entryId !== after.entryId);
      const missing = await this.store.missing(unread);
      for (let from = 0; from < missing.length; from += AT_ONCE)
        fetched += await this.fetch(missing.slice(from, from + AT_ONCE));
      const last = items.at(-1);
      if (last !== undefined) await this.store.keep(last);
      if (items.length < PAGE || this.stopping.aborted) break;
    }
    this.isThrough = true;
    return fetched;
  }

  private async fetch(missing: readonly ToldItem[]): Promise<number> {
    const bodies = await this.exchange.bodies(missing);
    let fetched = 0;
    for (const item of missing) {
      const told = bodies.find(({ entryId, is }) => entryId === item.entryId && is === item.is);
      const about = {
        entryId: item.entryId,
        type: item.is,
        ...(item.messageId === undefined ? {} : { messageId: item.messageId }),
        ...(item.authority === undefined ? {} : { authorityId: item.authority }),
      };
      // Its sealed copy is deleted, or it was erased: only its sender can give it again.
      if (told === undefined) this.log.error('catch-up.gone', about);
      else if ((await this.one(told)) === 'refused') this.log.error('catch-up.refused', about);
      else fetched += 1;
    }
    return fetched;
  }

  private async one(told: ToldAgain): Promise<Handled> {
    if (told.type === 'message.decided.v1' && told.manifest !== undefined) {
      const decided = told.body as unknown as MessageDecidedV1;
      if ((await this.rebuilding.execute(decided, told.manifest)) === 'rebuilt')
        this.log.warn('referral.rebuilt', { messageId: decided.messageId, attempt: decided.attempt });
    }
    return this.handle(told);
  }

  protected override async round(): Promise<number> {
    try {
      const fetched = await this.execute();
      if (fetched > 0) this.log.warn('catch-up.fetched', { count: fetched });
      return this.intervalMs;
    } catch (error) {
      if (this.stopping.aborted) return 0;
      const { code } = error as { readonly code?: unknown };
      this.log.warn('catch-up.waits', { code: typeof code === 'string' ? code : 'exchange' });
      return RETRY_MS;
    }
  }
}
