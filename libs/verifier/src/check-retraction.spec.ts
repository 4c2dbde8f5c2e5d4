import { expect, it } from '@jest/globals';
import { generateKey, localSigner, signRetraction } from '#envelope';
import type { Notice, PrivateKey } from '#envelope';
import { aWorld, publicJwk } from '#testing';
import { retractionIn } from './check-retraction.js';

it('a retraction by a key past its day is none by a live key', async () => {
  const world = await aWorld();
  const key = await generateKey('manifest');
  const administrator = world.keys.administrators['linkoping'] as PrivateKey;
  await world.state(
    { kind: 'key-added', holder: 'gateway:kommunerna', use: 'manifest', key: publicJwk(key), expiresOn: '2027-03-28' },
    administrator,
  );
  const of = {
    v: 1,
    env: world.environment,
    messageId: world.newId(),
    attempt: 1,
    sender: 'linkoping/socialnamnden',
    recipient: 'fk/forsakringskassan',
  } as const;
  const text = await signRetraction(localSigner(key), {
    ...of,
    retractionId: world.newId(),
    gateway: 'kommunerna',
    jweSha256: 'A'.repeat(43),
    reason: 'no-ground',
    at: '2027-03-27T12:00:00.000Z',
  });
  const found = (at: string): readonly string[] => {
    const said: string[] = [];
    retractionIn({ ...of, at } as unknown as Notice, text, world.snapshot, (code) => void said.push(code));
    return said;
  };
  expect(found('2027-03-27T12:00:00.000Z')).toEqual([]);
  expect(found('2027-03-29T12:00:00.000Z')).toEqual(['annex-key']);
});
