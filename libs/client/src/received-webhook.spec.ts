import { expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { WebhookRefused, receivedWebhook } from './received-webhook.js';

const NOW = new Date('2026-11-24T08:00:00.500Z');
const ID = '5b0c2d1e-6f7a-8b3c-ad4e-5f6071829304';
const EVENT = { id: ID, type: 'message.delivered', timestamp: '2026-11-24T07:59:59.000Z', data: { caseId: 'Åsa' } };
const BODY = Buffer.from(JSON.stringify(EVENT));

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { publicKey: `whpk_${raw.toString('base64')}`, privateKey };
};
const [own, older, foreign] = [pair(), pair(), pair()];
const signed = (body: Uint8Array, seconds = '1795507200', by: readonly ReturnType<typeof pair>[] = [own]) => {
  const content = Buffer.concat([Buffer.from(`${ID}.${seconds}.`), body]);
  const signatures = by.map(({ privateKey }) => `v1a,${sign(null, content, privateKey).toString('base64')}`);
  return { 'webhook-id': ID, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
};
const refusal = (headers: Parameters<typeof receivedWebhook>[0], body: Uint8Array = BODY): string => {
  try {
    receivedWebhook(headers, body, [own.publicKey], NOW);
    return 'taken';
  } catch (error) {
    return error instanceof WebhookRefused ? error.code : String(error);
  }
};

it('gives the event, and takes any key that holds', () => {
  expect(receivedWebhook(signed(BODY), BODY, [own.publicKey], NOW)).toEqual(EVENT);
  expect(receivedWebhook(signed(BODY), BODY, [older.publicKey, own.publicKey], NOW)).toEqual(EVENT);
  expect(receivedWebhook(signed(BODY, undefined, [foreign, own]), BODY, [own.publicKey], NOW)).toEqual(EVENT);
});

it.each<[string, Parameters<typeof receivedWebhook>[0], string]>([
  ['signed by another key', signed(BODY, undefined, [foreign]), 'signature'],
  ['signed for another body', signed(Buffer.from('{}')), 'signature'],
  ['of no scheme that is known', { ...signed(BODY), 'webhook-signature': 'v1,AAAA v2a,AAAA' }, 'signature'],
  ['301 seconds old', signed(BODY, '1795506899'), 'time'],
  ['300 seconds old', signed(BODY, '1795506900'), 'taken'],
  ['300 seconds ahead', signed(BODY, '1795507500'), 'taken'],
  ['301 seconds ahead', signed(BODY, '1795507501'), 'time'],
  ['of a time in another writing', signed(BODY, '1.7955072e9'), 'time'],
  ['of a time that is negative', signed(BODY, '-1795507200'), 'time'],
  ['without headers', {}, 'headers'],
  ['with an id twice', { ...signed(BODY), 'webhook-id': [ID, ID] }, 'headers'],
  ['with an id in two cases', { ...signed(BODY), 'Webhook-Id': ID }, 'headers'],
])('refuses what is %s: %#', (_, headers, code) => {
  expect(refusal(headers)).toBe(code);
});

it.each([
  ['no JSON', Buffer.from('{')],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
])('refuses a body that is signed and %s', (_, body) => {
  expect(refusal(signed(body), body)).toBe('body');
});

it.each(['', 'whpk_', 'whpk_AAAA', own.publicKey.slice('whpk_'.length), `whsk_${own.publicKey.slice(5)}`])(
  'says of what is no public key that it is none: %#',
  (key) => {
    expect(() => receivedWebhook(signed(BODY), BODY, [own.publicKey, key], NOW)).toThrow(TypeError);
  },
);

it('takes nothing without a key', () => {
  expect(() => receivedWebhook(signed(BODY), BODY, [], NOW)).toThrow(WebhookRefused);
});
