import { describe, expect, it } from '@jest/globals';
import { generateKey, localAgreement, possessionCode } from '#envelope';
import type { PrivateKey, SealingClaim } from '#envelope';
import { SealingChallenge } from './sealing-challenge.js';

const start = new Date('2026-11-24T08:00:00.000Z');
const after = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);
const claim: SealingClaim = { env: 'sandbox', holder: 'fk/forsakringskassan', statementSha256: 'A'.repeat(43) };

const answering = async (challenge: SealingChallenge, key: PrivateKey, about = claim, now = start): Promise<string> => {
  const { key: asked } = await challenge.current(now);
  const { kid, code } = possessionCode(localAgreement(key), key, asked, about);
  return `${kid}.${code}`;
};

describe('the challenge to a sealing key', () => {
  it('is answered by who holds its private half, and by nobody else', async () => {
    const challenge = new SealingChallenge(() => generateKey('sealing'));
    const [key, other] = [await generateKey('sealing'), await generateKey('sealing')];
    expect(challenge.proves(await answering(challenge, key), key, claim, start)).toBe(true);
    // Whoever only knows the public half answers with a key of its own.
    const posing = { ...other, jwk: key.jwk, kid: key.kid };
    expect(challenge.proves(await answering(challenge, posing), key, claim, start)).toBe(false);
  });

  it.each<[string, SealingClaim]>([
    ['statement', { ...claim, statementSha256: 'B'.repeat(43) }],
    ['holder', { ...claim, holder: 'csn/csn' }],
    ['environment', { ...claim, env: 'production' }],
  ])('is not answered for another %s', async (_, other) => {
    const challenge = new SealingChallenge(() => generateKey('sealing'));
    const key = await generateKey('sealing');
    expect(challenge.proves(await answering(challenge, key), key, other, start)).toBe(false);
  });

  it('is answered in time', async () => {
    const challenge = new SealingChallenge(() => generateKey('sealing'));
    const key = await generateKey('sealing');
    const first = await challenge.current(start);
    expect(first.until).toEqual(after(300));
    const answer = await answering(challenge, key, claim, after(299));
    expect((await challenge.current(after(299))).key).toEqual(first.key);
    expect((await challenge.current(after(300))).key).not.toEqual(first.key);
    expect(challenge.proves(answer, key, claim, after(599))).toBe(true);
    expect(challenge.proves(answer, key, claim, after(600))).toBe(false);
  });

  it.each(['', '.', 'x', 'x.y', `${'A'.repeat(43)}.${'A'.repeat(43)}`])('is not answered by %j', async (answer) => {
    const challenge = new SealingChallenge(() => generateKey('sealing'));
    const { key: asked } = await challenge.current(start);
    expect(challenge.proves(answer, await generateKey('sealing'), claim, start)).toBe(false);
    expect(challenge.proves(`${asked.kid}.${answer}`, await generateKey('sealing'), claim, start)).toBe(false);
  });

  it('is answered by no point of low order, whose secret everybody knows', async () => {
    const challenge = new SealingChallenge(() => generateKey('sealing'));
    const { key: asked } = await challenge.current(start);
    const low = Buffer.alloc(32).toString('base64url');
    const key = { kid: 'x', use: 'sealing', jwk: { kty: 'OKP', crv: 'X25519', x: low } } as const;
    const { code } = possessionCode(() => Buffer.alloc(32), key, asked, claim);
    const { kid } = possessionCode(localAgreement(await generateKey('sealing')), key, asked, claim);
    expect(challenge.proves(`${kid}.${code}`, key, claim, start)).toBe(false);
  });
});
