import type { Request } from 'express';

/**
 * Where a browser says that a call comes from (W3C Fetch Metadata).
 * - `here`: a page of this app, or the person: an address that was typed or kept. Also of whatever says nothing: programs, and browsers over plain HTTP, for which the cookie of
 *   the assignment is what keeps others out (`Visits`).
 * - `link`: a page of another site led the person here.
 * - `elsewhere`: another site's picture, script, frame or form, or a browser that loads what nobody has asked to see yet.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export type CalledFrom = 'here' | 'link' | 'elsewhere';

export function calledFrom({ method, headers }: Pick<Request, 'method' | 'headers'>): CalledFrom {
  if (/\bprefetch\b/.test(String(headers['sec-purpose'] ?? headers['purpose'] ?? ''))) return 'elsewhere';
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return 'here';
  const isLed = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isLed && (method === 'GET' || method === 'HEAD') ? 'link' : 'elsewhere';
}
