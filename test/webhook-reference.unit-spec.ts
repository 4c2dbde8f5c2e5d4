import { describe, expect, it } from '@jest/globals';
import { createHmac, createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { receivedWebhook } from '#client';
import { makeWebhookKey, signedHeaders } from '../apps/gateway/src/webhooks/signing.js';

/**
 * The known answer of the reference library for Go (standard-webhooks/standard-webhooks, `libraries/go`, `TestAsymmetricWebhookSign`),
 * the one of them that knows `v1a`.
 */
const KNOWN = {
  seed: 'VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: new Date(1_614_265_330_000),
  body: Buffer.from('{"test": 2432232314}'),
  signature: 'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
};
/** PKCS #8 of an Ed25519 key up to its seed (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const { x = '', d = '' } = createPrivateKey({
  key: Buffer.concat([PKCS8, Buffer.from(KNOWN.seed, 'base64')]),
  format: 'der',
  type: 'pkcs8',
}).export({ format: 'jwk' });
const knownKey = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;

describe('the known answer of the reference library', () => {
  it('is what a gateway sends', () => {
    expect(signedHeaders([{ x, d }], KNOWN.id, KNOWN.at, KNOWN.body)).toEqual({
      'webhook-id': KNOWN.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': KNOWN.signature,
    });
  });

  it.each([
    ['alone', KNOWN.signature],
    // As the library's own test has it, "valid multi sig is valid".
    [
      'among others',
      `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ${KNOWN.signature} v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=`,
    ],
  ])('is taken by a receiver, %s', (_, signature) => {
    const headers = { 'webhook-id': KNOWN.id, 'webhook-timestamp': '1614265330', 'webhook-signature': signature };
    expect(receivedWebhook(headers, KNOWN.body, [knownKey], KNOWN.at)).toEqual({ test: 2_432_232_314 });
  });

  it.each([
    ['another signature', 'v1a,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc='],
    ['a part of one', 'v1a,'],
    ['the same under another scheme', KNOWN.signature.replace('v1a', 'v1')],
  ])('is not taken with %s', (_, signature) => {
    const headers = { 'webhook-id': KNOWN.id, 'webhook-timestamp': '1614265330', 'webhook-signature': signature };
    expect(() => receivedWebhook(headers, KNOWN.body, [knownKey], KNOWN.at)).toThrow(
      expect.objectContaining({ code: 'signature' }),
    );
  });
});

/** The npm package knows `v1` alone (HMAC): all the rest of what it checks is held against ours by it. */
describe('the reference library for Node', () => {
  const shared = new Webhook(`whsec_${Buffer.from('of both schemes, for this test').toString('base64')}`);
  const { publicKey, secret } = makeWebhookKey();
  const anyEvent = fc.record({ id: fc.uuid(), text: fc.string({ unit: 'grapheme' }) });
  /** With the library's signature beside ours, over what ours is over: both or neither must hold. */
  const both = (id: string, at: Date, body: string): Readonly<Record<string, string>> => {
    const headers = signedHeaders([secret], id, at, Buffer.from(body));
    return { ...headers, 'webhook-signature': `${shared.sign(id, at, body)} ${headers['webhook-signature'] ?? ''}` };
  };
  const answers = (headers: Readonly<Record<string, string>>, body: string): readonly [unknown, unknown] => {
    const answer = (ask: () => unknown): unknown => {
      try {
        return ask();
      } catch (error) {
        return (error as Error).name;
      }
    };
    return [
      answer(() => shared.verify(body, headers)),
      answer(() => receivedWebhook(headers, Buffer.from(body), [publicKey])),
    ];
  };

  it('signs the same octets', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 0, max: 4_000_000_000 }), anyEvent, (id, seconds, event) => {
        const at = new Date(seconds * 1000);
        const body = JSON.stringify(event);
        const headers = signedHeaders([secret], id, at, Buffer.from(body));
        const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
        const key = Buffer.from('of both schemes, for this test');
        expect(`v1,${createHmac('sha256', key).update(content).digest('base64')}`).toBe(shared.sign(id, at, body));
        expect(receivedWebhook(headers, Buffer.from(body), [publicKey], at)).toEqual(event);
      }),
    );
  });

  it('takes what the receiver takes, and refuses what it refuses, at any time', () => {
    // Not within half a minute of a bound: each reads a clock of its own.
    const ages = fc.integer({ min: -1200, max: 1200 }).filter((age) => Math.abs(Math.abs(age) - 300) > 30);
    fc.assert(
      fc.property(ages, anyEvent, (age, event) => {
        const body = JSON.stringify(event);
        const [theirs, ours] = answers(both(event.id, new Date(Date.now() - age * 1000), body), body);
        if (Math.abs(age) < 300) expect([theirs, ours]).toEqual([event, event]);
        else expect([theirs, ours]).toEqual(['WebhookVerificationError', 'WebhookRefused']);
      }),
    );
  });

  it.each([
    ['without an id', { 'webhook-id': '' }],
    ['without a time', { 'webhook-timestamp': '' }],
    ['without a signature', { 'webhook-signature': '' }],
    ['with a time that is none', { 'webhook-timestamp': 'now' }],
    ['with another id', { 'webhook-id': '01930000-0000-7000-8000-000000000009' }],
    ['with the signature of another', { 'webhook-signature': both('x', new Date(), '{}')['webhook-signature'] ?? '' }],
  ])('refuses, as the receiver does, what comes %s', (_, changed) => {
    const headers = both('01930000-0000-7000-8000-000000000001', new Date(), '{"a":1}');
    expect(answers({ ...headers, ...changed }, '{"a":1}')).toEqual(['WebhookVerificationError', 'WebhookRefused']);
  });

  it('takes names of headers in any case, as the receiver does', () => {
    const headers = Object.entries(both('x', new Date(), '{"a":1}')).map(([name, value]) => [
      name.toUpperCase(),
      value,
    ]);
    expect(answers(Object.fromEntries(headers) as Record<string, string>, '{"a":1}')).toEqual([{ a: 1 }, { a: 1 }]);
  });
});
