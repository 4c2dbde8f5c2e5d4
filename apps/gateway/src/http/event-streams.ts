import { once } from 'node:events';
import type { EventView } from '#contracts';
import type { EventLog } from '#platform';
import type { Response } from 'express';
import type { Asking, ReadEvents } from '../application/read-events.js';
import type { Listeners } from './listeners.js';

export interface StreamTimes {
  /** Milliseconds after which a stream ends: whoever goes on is looked at anew, so that a registration withdrawn ends what it began. */
  readonly lifeMs: number;
  /** Something is written at least this often, so that nobody in between takes the connection for dead. */
  readonly quietMs: number;
}

/** Server-sent events (WHATWG HTML, 9.2). */
export class EventStreams {
  constructor(
    private readonly reading: Pick<ReadEvents, 'follow' | 'list'>,
    private readonly listeners: Listeners,
    private readonly times: StreamTimes,
    private readonly log: EventLog,
  ) {}

  /** @throws {ProblemError} rate-limited, busy @throws {GatewayError} NOT_FOUND */
  send(asking: Asking, after: string | undefined, response: Response): Promise<void> {
    return this.listeners.admit(asking.system, async () => {
      // While it can still be told that there is no such event.
      await this.reading.list(asking, { ...(after === undefined ? {} : { after }), limit: 1, wait: 0 });
      await this.write(asking, after, response);
    });
  }

  private async write(asking: Asking, after: string | undefined, response: Response): Promise<void> {
    const over = AbortSignal.any([untilGone(response), AbortSignal.timeout(this.times.lifeMs)]);
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.flushHeaders();
    try {
      for await (const event of this.reading.follow(asking, after, this.times.quietMs, over)) {
        if (over.aborted) break;
        if (!response.write(event === undefined ? ':\n\n' : messageOf(event)))
          await once(response, 'drain', { signal: over });
      }
    } catch (error) {
      // Cut off, so that its reader goes on elsewhere from the last event that it got whole.
      if (!over.aborted) this.log.failure('events.stream-cut', error);
      response.destroy();
    }
    response.end();
  }
}

const messageOf = (event: EventView): string =>
  `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Aborted when whoever asked is no longer there. */
export const untilGone = (response: Response): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.closed) gone.abort();
  return gone.signal;
};
