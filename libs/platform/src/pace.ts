import type { NextFunction, Request, Response } from 'express';

/** Octets a second (128 kbit/s) at which a body must come: a line of 1 Mbit/s has them for seven bodies at once. */
const LEAST_RATE = 16 * 1024;
/** For so long a body need not come at all. */
const GRACE_MS = 15_000;
const CHECK_MS = 1_000;
/** A timer that is late by more was kept waiting by a process that did nothing else either. */
const STALL_MS = 250;
/** As Node itself tells a request that took too long. */
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/**
 * From when a request's body is held against the rate, on a clock that nobody sets, how many octets its connection had brought when it began, and when it was looked at
 * last.
 */
const begun = new WeakMap<Request, { readonly from: number; readonly octets: number; readonly seenAt: number }>();

/** From here on a request's body is held against the rate. */
export const begins = (request: Request): void => {
  const now = performance.now();
  begun.set(request, { from: now, octets: request.socket.bytesRead, seenAt: now });
};

/**
 * For how many milliseconds longer a body has been coming than its octets take at `LEAST_RATE`; at most 0 when it is not behind. A large one so has longer than a small one; an
 * octet now and then is worth a sixteenth of a millisecond. Where as much waits to be read as is taken before somebody reads, its connection is not read, and nobody is
 * behind.
 */
export const behindMs = (request: Request): number => {
  const since = begun.get(request);
  if (since === undefined || request.complete || isUnread(request)) return 0;
  const octets = request.socket.bytesRead - since.octets;
  return performance.now() - since.from - (octets / LEAST_RATE) * 1000;
};

const isUnread = (request: Request): boolean => request.readableLength >= request.readableHighWaterMark;

/** Holds against nobody the time in which this service did not read: what its guard took, and what its process stood still. */
const excuse = (request: Request, dueMs: number): void => {
  const since = begun.get(request);
  if (since === undefined) return;
  const now = performance.now();
  const waited = now - since.seenAt;
  const excused = isUnread(request) ? waited : waited > dueMs + STALL_MS ? waited - dueMs : 0;
  begun.set(request, { ...since, from: since.from + excused, seenAt: now });
};

/** Before any body is read: whoever is behind with one is cut off, by 408, also when it was answered already. */
export const paced =
  (graceMs = GRACE_MS) =>
  (request: Request, response: Response, next: NextFunction): void => {
    begins(request);
    const everyMs = Math.min(CHECK_MS, graceMs + 1);
    let timer: NodeJS.Timeout;
    const look = (): void => {
      if (request.complete) return;
      excuse(request, everyMs);
      if (behindMs(request) > graceMs) {
        const { socket } = request;
        if (!response.headersSent) socket.write(TIMED_OUT);
        socket.destroy();
        return;
      }
      timer = setTimeout(look, everyMs);
    };
    timer = setTimeout(look, everyMs);
    request.once('close', () => clearTimeout(timer));
    next();
  };
