import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { WebhookFault } from '#contracts';
import { contextOfOthers } from '#platform';
import type { Now } from '../application/ports/time-and-ids.js';
import type { Resolve } from './names.js';
import { resolverOf } from './resolver.js';
import type { WebhookTargets } from './targets.js';

/** Octets of an answer that are read: nothing stands in it that is needed. */
const ANSWER_BYTES = 4 * 1024;

export interface Sent {
  readonly status?: number;
  readonly code?: WebhookFault;
  /** What its `Retry-After` asks for. */
  readonly retryAfterMs?: number;
  readonly milliseconds: number;
}

class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Sends to listed targets and nowhere else: redirects are not followed, nor proxies used, and connections are made to the very addresses that were looked at. */
export class WebhookPost {
  constructor(
    private readonly targets: WebhookTargets,
    private readonly now: Now,
    private readonly resolve: Resolve = resolverOf(now),
  ) {}

  /** @param stop breaks it off: it may have arrived @returns undefined when it was broken off before it began */
  async send(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    timeoutMs: number,
    stop: AbortSignal,
  ): Promise<Sent | undefined> {
    if (stop.aborted) return undefined;
    const began = performance.now();
    const ended = (what: Omit<Sent, 'milliseconds'>): Sent => ({
      ...what,
      milliseconds: Math.round(performance.now() - began),
    });
    // Also what was registered when it still stood in the list.
    if (this.targets.faultOf(url) !== undefined) return ended({ code: 'not-listed' });
    const over = new AbortController();
    const breakOff = (): void => over.abort();
    const timer = setTimeout(breakOff, timeoutMs);
    stop.addEventListener('abort', breakOff);
    try {
      const answer = await this.request(new URL(url), headers, body, over.signal);
      await readSome(answer);
      const retryAfterMs = this.retryAfter(answer.headers['retry-after']);
      return ended({ status: answer.statusCode ?? 0, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    } catch (error) {
      if (stop.aborted) return ended({ code: 'broken-off' });
      if (over.signal.aborted) return ended({ code: 'timeout' });
      return ended({ code: error instanceof AddressRefused ? 'address-refused' : 'unreachable' });
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', breakOff);
    }
  }

  private request(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = url.protocol === 'https:' ? requestHttps : requestHttp;
      // A connection of its own: none that was made to another address before.
      const options = { method: 'POST', agent: false as const, lookup: this.lookup(url.origin), signal };
      const secureContext = contextOfOthers();
      const sent = request(
        url,
        // Whatever Node is told by its environment.
        {
          ...options,
          rejectUnauthorized: true,
          ...(secureContext === undefined ? {} : { secureContext }),
          headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
        },
        resolve,
      );
      sent.on('error', reject);
      // An answer that is none, as to another protocol.
      sent.on('close', () => reject(new Error('closed without an answer')));
      sent.end(body);
    });
  }

  /** What is connected to is what was looked at: a name that leads elsewhere a moment later leads nowhere. */
  private lookup(origin: string): LookupFunction {
    return (hostname, { all }, callback) => {
      this.resolve(hostname).then(
        (found) => {
          const [first] = found;
          if (first === undefined || !found.every(({ address }) => this.targets.allows(origin, address)))
            callback(new AddressRefused(), '');
          else if (all === true) callback(null, [...found]);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
      );
    };
  }

  private retryAfter(header: string | undefined): number | undefined {
    if (header === undefined) return undefined;
    const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - this.now().getTime();
    return Number.isNaN(ms) || ms < 0 ? undefined : ms;
  }
}

const readSome = (answer: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let left = ANSWER_BYTES;
    answer.on('data', (part: Buffer) => {
      left -= part.length;
      if (left < 0) answer.destroy();
    });
    // Its status came before.
    answer.on('error', () => undefined);
    answer.on('close', resolve);
  });
