import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  appendLeaves,
  appendToTiles,
  checkpointText,
  consistencyProof,
  disclosureLeaf,
  emptyRange,
  inclusionProof,
  leafHash,
  nodeNoteSigner,
  nodeSha256,
  nodeVerifyEd25519,
  parseTilePath,
  proofText,
  rootOf,
  signNote,
  tilePath,
  verifierKey,
} from './build/index.js';
import type { ReadTile } from './build/index.js';
import {
  TlogError,
  openCheckpoint,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
  verifyProofText,
} from './verify/index.js';

const MOST = 200;
const leafAt = (i: number): Uint8Array => Buffer.from(`leaf ${i}`);
const tiles = new Map<string, Uint8Array>();
const readTile: ReadTile = (level, n) => Promise.resolve(tiles.get(`${level}/${n}`));
const store = async (from: number, to: number): Promise<void> => {
  const hashes = Array.from({ length: to - from }, (_, i) => leafHash(nodeSha256, leafAt(from + i)));
  for (const tile of await appendToTiles(BigInt(from), hashes, readTile, nodeSha256)) {
    tiles.set(`${tile.level}/${tile.n}`, tile.hashes);
  }
};
const rootAt = (size: number): Uint8Array =>
  rootOfLeaves(
    Array.from({ length: size }, (_, i) => leafAt(i)),
    nodeSha256,
  );

const signer = nodeNoteSigner('logg.example/test', generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
const trust = { origin: signer.name, keys: [verifierKey(signer.name, signer.publicKey, nodeSha256)], policy: '' };
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const refusal = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof TlogError) return error.code;
    throw error;
  }
};

describe('every proof of every tree of up to 200 leaves', () => {
  it('verifies, and agrees with the compact range', async () => {
    let at = 0;
    let range = emptyRange;
    for (const next of [1, 2, 3, 5, 64, 65, MOST]) {
      await store(at, next);
      at = next;
    }
    const roots = Array.from({ length: MOST + 1 }, (_, size) => rootAt(size));
    for (let size = 1; size <= MOST; size += 1) {
      range = appendLeaves(range, [leafHash(nodeSha256, leafAt(size - 1))], nodeSha256);
      expect(rootOf(range, nodeSha256)).toEqual(roots[size]);
      for (let index = 0; index < size; index += size > 40 ? 7 : 1) {
        const proof = await inclusionProof(BigInt(index), BigInt(size), readTile, nodeSha256);
        verifyInclusion(
          nodeSha256,
          leafHash(nodeSha256, leafAt(index)),
          BigInt(index),
          BigInt(size),
          proof,
          roots[size]!,
        );
      }
      for (let old = 0; old <= size; old += size > 40 ? 7 : 1) {
        const proof = await consistencyProof(BigInt(old), BigInt(size), readTile, nodeSha256);
        verifyConsistency(nodeSha256, BigInt(old), BigInt(size), proof, roots[old]!, roots[size]!);
      }
    }
  });

  it('also over several tiles and levels', async () => {
    await store(MOST, 70_000);
    const root = rootAt(70_000);
    for (const index of [0n, 255n, 256n, 65_535n, 65_536n, 69_999n]) {
      const proof = await inclusionProof(index, 70_000n, readTile, nodeSha256);
      verifyInclusion(nodeSha256, leafHash(nodeSha256, leafAt(Number(index))), index, 70_000n, proof, root);
    }
    for (const old of [1n, 256n, 65_536n, 65_537n]) {
      const proof = await consistencyProof(old, 70_000n, readTile, nodeSha256);
      verifyConsistency(nodeSha256, old, 70_000n, proof, rootAt(Number(old)), root);
    }
  });
});

describe('a proof as text', () => {
  const blind = nodeSha256(Buffer.from('blind'));
  const leaf = disclosureLeaf(blind, Buffer.from('entry'), nodeSha256);
  const other = leafHash(nodeSha256, leafAt(1));
  const root = rootOf(appendLeaves(emptyRange, [leafHash(nodeSha256, leaf), other], nodeSha256), nodeSha256);
  const checkpoint = signNote(checkpointText(signer.name, 2n, root), signer, nodeSha256);
  const text = proofText(0n, [other], checkpoint);

  it('verifies for its leaf and no other', () => {
    expect(verifyProofText(text, leaf, trust, verification).index).toBe(0n);
    expect(refusal(() => verifyProofText(text, leafAt(3), trust, verification))).toBe('WRONG_ROOT');
  });

  it('is refused with any one octet changed', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0x21, max: 0x7e }), (at, unit) => {
        const changed = text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1);
        if (changed !== text)
          expect(refusal(() => verifyProofText(changed, leaf, trust, verification))).not.toBe('accepted');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused under another log key, another origin, or without the witnesses that the policy asks for', () => {
    const stranger = nodeNoteSigner(signer.name, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
    const strangerKey = verifierKey(stranger.name, stranger.publicKey, nodeSha256);
    expect(refusal(() => openCheckpoint(checkpoint, { ...trust, keys: [strangerKey] }, verification))).toBe(
      'NO_LOG_SIGNATURE',
    );
    expect(refusal(() => openCheckpoint(checkpoint, { ...trust, origin: 'logg.example/other' }, verification))).toBe(
      'WRONG_ORIGIN',
    );
    const witness = Buffer.concat([Buffer.of(4), stranger.publicKey]);
    const id = Buffer.from(nodeSha256(Buffer.concat([Buffer.from('w1\n'), witness])))
      .subarray(0, 4)
      .toString('hex');
    const policy = `witness w1 w1+${id}+${witness.toString('base64')}\nquorum w1\n`;
    expect(refusal(() => openCheckpoint(checkpoint, { ...trust, policy }, verification))).toBe('QUORUM_NOT_MET');
  });

  it('is refused with extension lines, which not every cosigner signs', () => {
    const extended = signNote(`${checkpointText(signer.name, 2n, root)}extension\n`, signer, nodeSha256);
    expect(refusal(() => openCheckpoint(extended, trust, verification))).toBe('MALFORMED_CHECKPOINT');
  });
});

it('reads back every tile path it writes, and no other spelling', () => {
  expect(tilePath(1_234_067n)).toBe('x001/x234/067');
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n }), (n) => expect(parseTilePath(tilePath(n))).toBe(n)));
  expect(['x000/001', '1', '0001', 'x1/001'].map(parseTilePath)).toEqual([undefined, undefined, undefined, undefined]);
});
