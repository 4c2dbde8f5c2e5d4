import type { EventPage, EventView, ListEventsQueryDto } from '#contracts';
import { GatewayError } from '../domain/errors.js';
import type { EventArrivals } from './event-arrivals.js';
import type { EventStore } from './ports/event.js';
import type { SystemStore } from './ports/system.js';
import type { Now } from './ports/time-and-ids.js';

const PAGE = 100;

/** A system of an authority, as it asks. */
export interface Asking {
  readonly authority: string;
  readonly system: string;
  /** Its key, which may be replaced while it waits. */
  readonly kid?: string;
}

/** What an authority's systems are told of: one list and one order, whether it is asked for page by page or followed. */
export class ReadEvents {
  constructor(
    private readonly store: EventStore,
    private readonly arrivals: EventArrivals,
    private readonly systems: Pick<SystemStore, 'find'>,
    private readonly now: Now,
  ) {}

  /** @throws {GatewayError} NOT_FOUND when there is no such event to go on from; UNAUTHENTICATED when it may ask no more after it has waited */
  async list(asking: Asking, query: ListEventsQueryDto, gone?: AbortSignal): Promise<EventPage> {
    const since = query.since === undefined ? undefined : new Date(query.since);
    const isFromCursor = query.after === undefined && since === undefined;
    const after = isFromCursor ? await this.store.acknowledged(asking.authority, asking.system) : query.after;
    let items = await this.store.list(asking.authority, after, query.limit, since);
    if (items.length === 0 && query.wait > 0 && since === undefined) {
      const late = AbortSignal.timeout(query.wait * 1000);
      await this.arrivals.wait(asking.authority, after, gone === undefined ? late : AbortSignal.any([gone, late]));
      items = await this.store.list(asking.authority, after, query.limit, since);
      if (!(await this.mayAsk(asking))) throw new GatewayError('UNAUTHENTICATED', { reason: 'access-token' });
    }
    const next = items.at(-1)?.id ?? after;
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /**
   * Each event once, from `after` on, until nobody listens any more or may, or the service ends; undefined now and then while nothing happens.
   * @param quietMs after which undefined comes
   * @throws {GatewayError} NOT_FOUND
   */
  async *follow(
    asking: Asking,
    from: string | undefined,
    quietMs: number,
    gone: AbortSignal,
  ): AsyncGenerator<EventView | undefined> {
    let after = from ?? (await this.store.acknowledged(asking.authority, asking.system));
    while (!gone.aborted && !this.arrivals.ended) {
      const items = await this.store.list(asking.authority, after, PAGE);
      if (!(await this.mayAsk(asking))) return;
      for (const event of items) {
        yield event;
        after = event.id;
      }
      if (items.length === PAGE) continue;
      const quiet = AbortSignal.timeout(quietMs);
      await this.arrivals.wait(asking.authority, after, AbortSignal.any([gone, quiet]));
      if (quiet.aborted) yield undefined;
    }
  }

  /** Moves the system's cursor on, and never back. @returns where it is @throws {GatewayError} NOT_FOUND */
  async acknowledge({ authority, system }: Asking, through: string): Promise<{ readonly acknowledged: string }> {
    return { acknowledged: await this.store.acknowledge(authority, system, through, this.now()) };
  }

  /** Whether what let it in still stands. */
  private async mayAsk({ system, kid }: Asking): Promise<boolean> {
    const found = await this.systems.find(system);
    return found !== undefined && found.kid === kid && found.scopes.includes('events:read');
  }
}
