import type { BodyRule } from '#platform';

/** What anybody may send: looked through before it is known who sends it. The longest is a decision to erase with all its openings. */
export const ANYBODY = { maxBytes: 64 * 1024 };

/** Routes that take something else than JSON, or less of it. */
export const bodies: readonly BodyRule[] = [
  { method: 'PATCH', path: /^\/v1\/attachments\/[^/]+$/, type: 'application/octet-stream', as: 'octets' },
  { method: 'POST', path: /^\/oauth2\/token$/, type: 'application/x-www-form-urlencoded', as: 'form', ...ANYBODY },
  { method: 'POST', path: /^\/v1\/erasures$/, type: 'application/jose', as: 'text', ...ANYBODY },
  { method: 'PUT', path: /^\/v1\/(?:systems|staff)\/[^/]+$/, type: 'application/jose', as: 'text', ...ANYBODY },
  { method: 'POST', path: /^\/staff\/out$/, type: 'application/json', as: 'json', ...ANYBODY },
];
