import { describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { EnvelopeError, decryptChunks, encryptChunks, encryptedLength } from '#envelope';

const CHUNK = 16 * 1024;
const SEALED = CHUNK + 16;
const HEADER = 56;
const context = Buffer.from('context');

async function* inPieces(octets: Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}
const all = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
const key = randomBytes(32);
const encrypt = (octets: Uint8Array, salt = randomBytes(24)): Promise<Buffer> =>
  all(encryptChunks(inPieces(octets), { key, context, salt }));

/** What came out before it failed, and the code it failed with; no code: it did not fail. */
async function tried(
  sealed: Uint8Array,
  using = { key: key as Uint8Array, context: context as Uint8Array },
): Promise<{ readonly released: Buffer; readonly code?: string }> {
  const parts: Buffer[] = [];
  try {
    for await (const part of decryptChunks(inPieces(sealed), using)) parts.push(part);
  } catch (error) {
    if (error instanceof EnvelopeError) return { released: Buffer.concat(parts), code: error.code };
    throw error;
  }
  return { released: Buffer.concat(parts) };
}

describe('chunked encryption', () => {
  // From Wycheproof's c2sp_chunked_encryption_aes_256_gcm_test.json (Apache-2.0): tcId, ciphertext (zlib), length and SHA-512 of the message.
  it.each([
    [
      1,
      '78da004800b7ff43a2e39431cbae0389d3fc86adf46f7c3a24de88d9311617e53f3164cc1d5dc738a66b97f0bf786565c31799c2f463d50a7e10046011dc6fc3c939e3a5db7affb6191551669554fb010000ffff4bc124df',
      0,
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    ],
    [
      2,
      '78da004f00b0ffa1a1b56f6db58cd1ede0c5c9db62aef20d3f96a6c594bb9252bb38122de91236502b42a1d7fcab820ffa292940d2f86add212cfa42c38df19d3cc9139ee61a5990d3db57433514229beea49a8a72bd010000ffffdb4f2a44',
      7,
      'e85f32a85f1d4f7c9b2d36d20eca8435d81253e7075e9dea069eb1b6da48daf92ef1797367b520d8a46c4f72cecb85b1daff8887fcb41721d39943d1952fc180',
    ],
    [
      4,
      '78daecd0bf2b05010000e057b7d8defc5296b788cda88ce495e10d4a51865726b2d09592e1ba18c8c5250bc748dde094410ccaea57ec2283888c57a6f767dcf27d7fc277bed777fc96e565eb3b5d1b7e1e8c5e6677ff3b0737ad93c7e946efd15d732359df1f5f196a4ffc66a7f5ab9db9783e9d7c2a1a5b35000000000000000000000000000000a0726998070f97f7edbf7acff2f6d8f58711000000000000000000000000000000a8dee7ebe6ed623093f49f45f1577938b2f053d49a03e1d4fb45dc590d9646bb010000ffff046e3552',
      32_768,
      'ccf53be90b5c9bc1aad1fb9b37e86fd60ca86a41401051e636c41e8ddc61b574d6767d16f035f18391c21ff24d1fa5171c5a537685e7197532884845bf7e990b',
    ],
    [
      5,
      '78daecd0312b44010000e02b1365b8bac97048e965b9a46e910ce76222bda26e1289d47b3218947a6579623088494f4a3683d1248b4c262965b0199e6230bc4cf733def27d3fe18bde96c28fabfdc1eae2dce5571caedc0d5f17b717b5707bf3a67efad033feda6a06e76bd3239fcfc55e75f67868e2fbbff3988e9e5500000000000000000000000000000080d2650b7df5df7827cf0fb3e065ec64de0800000000000000000000000000000094afb6be75d4dfbe9f6c4dcd34929f666f6560e3a971f0b7bafbbe9cb6834e1275030000ffff850d2e54',
      32_769,
      '365a0363626fc42718c9fb3507b9e06a4c64971cc7d93e6c0d2058f8ab3bd38151ba6948896655fc6f2b39b27f7f5df52c67fc6d5a44f0f188f018c576646c4b',
    ],
  ])('is that of C2SP, both ways: vector %i', async (_id, zipped, length, sha512) => {
    const using = { key: Buffer.from('YELLOW SUBMARINE YELLOW SUBMARIN'), context: Buffer.of() };
    const sealed = inflateSync(Buffer.from(zipped, 'hex'), { finishFlush: 2 });
    const { released, code } = await tried(sealed, using);
    expect(code).toBeUndefined();
    expect(released).toHaveLength(length);
    expect(createHash('sha512').update(released).digest('hex')).toBe(sha512);
    const salt = sealed.subarray(0, 24);
    expect((await all(encryptChunks(inPieces(released), { ...using, salt }))).equals(sealed)).toBe(true);
  });

  it('gives back what was put in, of any length and however it comes, and says beforehand how long it is', async () => {
    const edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK - 1, 16 * CHUNK, 16 * CHUNK + 1, 33 * CHUNK];
    const lengths = fc.oneof(fc.constantFrom(...edges), fc.nat(40 * CHUNK));
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1_000, max: 300_000 }), async (length, size) => {
        const octets = randomBytes(length);
        const salt = randomBytes(24);
        const sealed = await all(encryptChunks(inPieces(octets, size), { key, context, salt }));
        expect(sealed).toHaveLength(encryptedLength(length));
        const opened = await all(decryptChunks(inPieces(sealed, size), { key, context }));
        expect(opened.equals(octets)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  const plaintext = randomBytes(3 * CHUNK + 100);
  const chunk = (sealed: Buffer, index: number): Buffer =>
    sealed.subarray(HEADER + index * SEALED, HEADER + (index + 1) * SEALED);
  const built = (sealed: Buffer, ...indices: readonly number[]): Buffer =>
    Buffer.concat([sealed.subarray(0, HEADER), ...indices.map((index) => chunk(sealed, index))]);

  it.each<[string, (sealed: Buffer, other: Buffer) => Buffer]>([
    ['two chunks in the other order', (sealed) => built(sealed, 1, 0, 2, 3)],
    ['a chunk twice', (sealed) => built(sealed, 0, 0, 1, 2, 3)],
    ['a chunk in the place of another', (sealed) => built(sealed, 0, 0, 2, 3)],
    ['a chunk left out', (sealed) => built(sealed, 0, 2, 3)],
    ['the last chunk left out', (sealed) => built(sealed, 0, 1, 2)],
    ['the last chunk alone', (sealed) => built(sealed, 3)],
    ['no chunk', (sealed) => built(sealed)],
    ['the last chunk twice', (sealed) => built(sealed, 0, 1, 2, 3, 3)],
    ['octets behind the last chunk', (sealed) => Buffer.concat([sealed, Buffer.alloc(1)])],
    ['a whole chunk behind the last', (sealed) => Buffer.concat([sealed, chunk(sealed, 0)])],
    ['half a tag', (sealed) => sealed.subarray(0, HEADER + 3 * SEALED + 8)],
    [
      'a chunk of another stream under the same key',
      (sealed, other) => Buffer.concat([built(sealed, 0), chunk(other, 1), chunk(sealed, 2), chunk(sealed, 3)]),
    ],
    [
      'the header of another stream under the same key',
      (sealed, other) => Buffer.concat([other.subarray(0, HEADER), sealed.subarray(HEADER)]),
    ],
    ['the salt of another stream', (sealed, other) => Buffer.concat([other.subarray(0, 24), sealed.subarray(24)])],
    ['less than a header', (sealed) => sealed.subarray(0, 55)],
    ['nothing at all', () => Buffer.of()],
  ])('refuses %s, and releases nothing that was not sent there', async (_what, tamper) => {
    const tampered = tamper(await encrypt(plaintext), await encrypt(plaintext));
    const { released, code } = await tried(tampered);
    expect(code).toBe('NOT_OPENED');
    expect(released.equals(plaintext.subarray(0, released.length))).toBe(true);
  });

  it('refuses every other octet, and a stream that is cut off anywhere', async () => {
    const sealed = await encrypt(plaintext);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
        expect((await tried(changed)).code).toBe('NOT_OPENED');
        const cut = await tried(sealed.subarray(0, at));
        expect(cut.code).toBe('NOT_OPENED');
        expect(cut.released.equals(plaintext.subarray(0, cut.released.length))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('releases nothing under another key or context', async () => {
    const sealed = await encrypt(plaintext);
    for (const using of [
      { key: randomBytes(32), context },
      { key, context: Buffer.from('contexu') },
      { key, context: Buffer.of() },
    ]) {
      const { released, code } = await tried(sealed, using);
      expect(code).toBe('NOT_OPENED');
      expect(released).toHaveLength(0);
    }
    await expect(tried(sealed, { key: key.subarray(1), context })).resolves.toMatchObject({ code: 'MALFORMED_KEY' });
  });

  it('reads no more of its source than it has use for, and lets go of it', async () => {
    const seen = { read: 0, ended: false };
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          seen.read += 1;
          yield Buffer.alloc(64 * 1024);
        }
      } finally {
        seen.ended = true;
      }
    }
    const stream = encryptChunks(source(), { key, context, salt: randomBytes(24) });
    await stream.next();
    await stream.next();
    await stream.return();
    expect(seen).toEqual({ read: 1, ended: true });
  });
});
