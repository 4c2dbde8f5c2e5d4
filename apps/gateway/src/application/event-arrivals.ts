import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { EventStore } from './ports/event.js';

interface Waiting {
  readonly after: string | undefined;
  readonly done: () => void;
}

/** Wakes those who wait for an event: one look for all of them, so often and no oftener, and none while nobody waits. */
export class EventArrivals extends Loop {
  private readonly waiting = new Map<string, Set<Waiting>>();
  private isLooking = false;

  constructor(
    private readonly store: Pick<EventStore, 'newest'>,
    private readonly everyMs: number,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** No further event is told by this process. */
  get ended(): boolean {
    return this.stopping.aborted;
  }

  /** Until there may be an event after this one, or `until` is aborted. */
  wait(authority: string, after: string | undefined, until: AbortSignal): Promise<void> {
    if (until.aborted || this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      const ofAuthority = this.waiting.get(authority) ?? new Set<Waiting>();
      this.waiting.set(authority, ofAuthority);
      const one: Waiting = {
        after,
        done: () => {
          until.removeEventListener('abort', one.done);
          ofAuthority.delete(one);
          if (ofAuthority.size === 0) this.waiting.delete(authority);
          resolve();
        },
      };
      until.addEventListener('abort', one.done);
      ofAuthority.add(one);
      // Else there is a look soon: nobody who comes again and again makes it come oftener.
      if (!this.isLooking) this.wake();
    });
  }

  override async stop(): Promise<void> {
    const stopped = super.stop();
    for (const waiting of this.waiting.values()) for (const one of [...waiting]) one.done();
    await stopped;
  }

  protected async round(): Promise<number | undefined> {
    this.isLooking = this.waiting.size > 0;
    if (!this.isLooking) return QUIET_MS;
    try {
      const newest = await this.store.newest([...this.waiting.keys()]);
      for (const [authority, waiting] of this.waiting)
        if (newest.has(authority)) for (const one of [...waiting]) if (newest.get(authority) !== one.after) one.done();
    } catch (error) {
      this.log.failure('events.not-looked-for', error);
      return AGAIN_MS;
    }
    return this.everyMs;
  }
}

const AGAIN_MS = 2_000;
/** Woken by whoever comes to wait. */
const QUIET_MS = 60_000;
