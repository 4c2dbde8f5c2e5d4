import type { BodyRule } from '#platform';

/** Of routes that anybody may call, where what is signed takes a few KiB. */
const ANYBODY = { maxBytes: 16 * 1024 };

/** Routes that take something else than JSON. */
export const bodies: readonly BodyRule[] = [
  { method: 'PATCH', path: /^\/v1\/attachments\/[^/]+$/, type: 'application/octet-stream', as: 'octets' },
  { method: 'POST', path: /^\/oauth2\/token$/, type: 'application/x-www-form-urlencoded', as: 'form', ...ANYBODY },
  { method: 'POST', path: /^\/v1\/erasures$/, type: 'application/jose', as: 'text' },
  { method: 'PUT', path: /^\/v1\/(?:systems|staff)\/[^/]+$/, type: 'application/jose', as: 'text', ...ANYBODY },
];
