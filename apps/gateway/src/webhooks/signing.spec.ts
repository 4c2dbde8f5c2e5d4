import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { makeWebhookKey, signedHeaders } from './signing.js';

/** As a receiver does it: Standard Webhooks 1.0.0, "Signature scheme", asymmetric. */
const verifies = (publicKey: string, headers: Readonly<Record<string, string>>, body: string): boolean => {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, content, key, Buffer.from(one.slice(4), 'base64')));
};

const [newer, older, foreign] = [makeWebhookKey(), makeWebhookKey(), makeWebhookKey()];
const body = '{"name":"Åsa"}';
const headers = signedHeaders(
  [newer.secret, older.secret],
  '5b0c2d1e-6f7a-8b3c-ad4e-5f6071829304',
  new Date('2026-11-24T08:00:00.900Z'),
  Buffer.from(body),
);

it('signs id, seconds and body by each key that holds', () => {
  expect(newer.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  expect(headers['webhook-timestamp']).toBe('1795507200');
  expect(headers['webhook-signature']).toMatch(/^v1a,\S{88} v1a,\S{88}$/);
  expect([newer, older, foreign].map(({ publicKey }) => verifies(publicKey, headers, body))).toEqual([
    true,
    true,
    false,
  ]);
});

it.each([
  ['body', headers, `${body} `],
  ['id', { ...headers, 'webhook-id': '5b0c2d1e-6f7a-8b3c-ad4e-5f6071829305' }, body],
  ['time', { ...headers, 'webhook-timestamp': '1795507201' }, body],
])('does not hold for another %s', (_, changed, sent) => {
  expect(verifies(newer.publicKey, changed, sent)).toBe(false);
});
