const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
/** After how many milliseconds an event is tried, each since the attempt before (Standard Webhooks 1.0.0): three days in all. */
export const WEBHOOK_SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** No receiver makes itself be waited for longer. */
const LONGEST_MS = 24 * HOUR;
/** By how much of it a wait is longer by chance: receivers that failed together are not tried together. */
const JITTER = 0.1;

/**
 * @param failures how often the event was tried in vain
 * @param chance from 0 to 1
 * @returns milliseconds until it is tried again; undefined: it is not
 */
export const nextAttemptMs = (failures: number, retryAfterMs: number, chance: number): number | undefined => {
  const planned = WEBHOOK_SCHEDULE_MS[failures];
  if (planned === undefined) return undefined;
  return Math.round(Math.max(planned, Math.min(retryAfterMs, LONGEST_MS)) * (1 + JITTER * chance));
};

export const isTaken = ({ status = 0 }: { readonly status?: number }): boolean => status >= 200 && status < 300;
/** The receiver wants nothing more, ever. */
export const isGone = ({ status }: { readonly status?: number }): boolean => status === 410;
