import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { settled, verifies, verifying } from '../../libs/verifier/browser/signatures.js';

type Question = Parameters<typeof verifies>[0];
const octetsOf = (text = ''): readonly number[] => [...Buffer.from(text, 'base64url')];

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { x, y } = pair.publicKey.export({ format: 'jwk' });
const key = {
  crv: 'P-256',
  octets: Uint8Array.from([...octetsOf(x), ...octetsOf(y)]),
  name: `P-256 ${x} ${y}`,
} as const;
/** Another each time: what was answered once is known. */
const genuine = (): Question => {
  const input = Uint8Array.from(randomBytes(64));
  const signature = sign('sha256', input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
  return { key, input, signature: Uint8Array.from(signature) };
};
const forged = (): Question => ({ ...genuine(), input: Uint8Array.from(randomBytes(64)) });

/** Runs over the questions; what each run was told of them. */
const told = async (questions: readonly Question[], ask = verifies): Promise<readonly (readonly boolean[])[]> => {
  const runs: (readonly boolean[])[] = [];
  await settled(() => {
    runs.push(questions.map((one) => ask(one)));
    return Promise.resolve();
  });
  return runs;
};

describe('a run on signatures that are answered later', () => {
  it('counts at once when every signature is genuine', async () => {
    expect(await told([genuine(), genuine()])).toEqual([[true, true]]);
  });

  it('is made anew when one is not, and goes by the answers', async () => {
    const [one, other] = [genuine(), forged()];
    expect(await told([one, other])).toEqual([
      [true, true],
      [true, false],
    ]);
    expect(await told([other, one])).toEqual([[false, true]]);
  });

  it('is made anew for what shows only after a forged signature was refused', async () => {
    const [first, second] = [forged(), forged()];
    const results = await settled(() => Promise.resolve([verifies(first) ? 'passed' : verifies(second)]));
    expect(results).toEqual([false]);
  });

  it('never counts when it has remembered as genuine what is not', async () => {
    const [one, remembered] = [forged(), new Set<Question>()];
    const run = (): Promise<boolean> => {
      if (!remembered.has(one) && verifies(one)) remembered.add(one);
      return Promise.resolve(remembered.has(one));
    };
    await expect(settled(run)).rejects.toThrow('a signature that is not genuine was passed over');
  });

  it('throws what it throws by the answers, and not what it threw before', async () => {
    const one = forged();
    const run = (): Promise<string> =>
      verifies(one) ? Promise.reject(new Error('by a signature that is not genuine')) : Promise.resolve('refused');
    expect(await settled(run)).toBe('refused');
    await expect(settled(() => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
  });

  it('takes an answer for no other key, signature or octet of what was signed', async () => {
    const one = genuine();
    await told([one]);
    const bent = (octets: Uint8Array<ArrayBuffer>) => octets.map((octet, at) => (at === 7 ? octet ^ 1 : octet));
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const otherKey = { ...key, octets: Uint8Array.from([...octetsOf(other.x), ...octetsOf(other.y)]) };
    const others = [
      { ...one, input: bent(one.input) },
      { ...one, signature: bent(one.signature) },
      { ...one, key: { ...otherKey, name: `P-256 ${other.x} ${other.y}` } },
    ];
    for (const question of others) {
      expect(verifies(question)).toBe(false);
      expect(await verifying(question)).toBe(false);
    }
    expect(verifies(one)).toBe(true);
  });
});
