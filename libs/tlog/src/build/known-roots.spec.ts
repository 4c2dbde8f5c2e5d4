import { expect, it } from '@jest/globals';
import { appendToTiles, consistencyProof, inclusionProof, leafHash, nodeSha256 } from './index.js';
import type { KnownRoots } from './index.js';

it('what is known of a log that grows gives the very proofs that are computed anew', async () => {
  const tiles = new Map<string, Uint8Array>();
  const read = (level: number, n: bigint): Promise<Uint8Array | undefined> =>
    Promise.resolve(tiles.get(`${level}/${n}`));
  const known: KnownRoots = new Map();
  let size = 0n;
  for (const more of [1, 2, 4, 250, 300, 7]) {
    const hashes = Array.from({ length: more }, (_, nth) => leafHash(nodeSha256, Buffer.from(`${size} ${nth}`)));
    for (const { level, n, hashes: whole } of await appendToTiles(size, hashes, read, nodeSha256))
      tiles.set(`${level}/${n}`, whole);
    const before = size;
    size += BigInt(more);
    for (let index = 0n; index < size; index += 5n) {
      expect(await inclusionProof(index, size, read, nodeSha256, known)).toEqual(
        await inclusionProof(index, size, read, nodeSha256),
      );
    }
    expect(await consistencyProof(before, size, read, nodeSha256, known)).toEqual(
      await consistencyProof(before, size, read, nodeSha256),
    );
  }
});
