import { setTimeout as delay } from 'node:timers/promises';
import { DelgeProblem } from './problem.js';

/** Not in time, too much at once, and what a gateway and a proxy before it say while the gateway is away. */
const PASSING: readonly number[] = [408, 429, 502, 503, 504];
/** Codes of Node and of undici for a network that failed. Those of TLS (`ERR_…`, `CERT_…`, `EPROTO`) are not among them: a certificate that is refused is refused again. */
const NETWORK = /^(E(?!RR_|PROTO$)[A-Z_]+|UND_ERR_.+)$/;
const LONGEST_PAUSE_MS = 5_000;
/** However much longer the gateway, or somebody before it, asks for. */
const RETRY_AFTER_MAX_MS = 60_000;

/** Waits, or less when it is broken off. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;
export const pause: Pause = (ms, signal) =>
  delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);

/**
 * Why a call failed that may go better under the same id: a status with its slug, or a code of the network.
 * @returns undefined when asking again helps nothing: a refusal, a key or a URL that is none, a certificate
 */
export const whyAway = (error: unknown): string | undefined => {
  if (error instanceof DelgeProblem) {
    const { status, type } = error.problem;
    if (!PASSING.includes(status)) return undefined;
    return type === 'about:blank' ? String(status) : `${status} ${error.slug}`;
  }
  // By name: what `fetch` throws may be of another realm.
  const { name, cause } = error as { readonly name?: unknown; readonly cause?: { readonly code?: unknown } };
  if (name === 'TimeoutError') return 'no answer in time';
  const code = cause?.code;
  return name === 'TypeError' && typeof code === 'string' && NETWORK.test(code) ? code : undefined;
};

/** @param times that it has failed in a row @returns milliseconds to wait before it is asked again */
export const pauseMs = (error: unknown, times: number): number => {
  const own = Math.min(200 * 2 ** times, LONGEST_PAUSE_MS);
  const asked = Math.min((error instanceof DelgeProblem ? error.retryAfterMs : undefined) ?? 0, RETRY_AFTER_MAX_MS);
  // Those who were told the same at once shall not all come back at once.
  return Math.max(own, asked) * (1 + Math.random() / 10);
};

/** @param header seconds, or a date @returns milliseconds from now @see RFC 9110 section 10.2.3 */
export const retryAfterMs = (header: string | null, now: Date): number | undefined => {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
};
