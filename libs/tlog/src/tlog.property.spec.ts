import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  appendLeaves,
  appendToTiles,
  checkpointText,
  consistencyProof,
  disclosureLeaf,
  emptyRange,
  inclusionProof,
  inclusionProofs,
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

/** The proof with one octet of one hash changed; `bit` is one that is set in what it is changed by. */
const bent = (proof: readonly Uint8Array[], hash: number, octet: number, bit: number): readonly Uint8Array[] =>
  proof.map((bytes, at) => (at === hash ? bytes.map((one, i) => (i === octet ? one ^ (1 << bit) : one)) : bytes));
/** For the prover, which hashes the same nodes anew for each proof. */
const remembered = new Map<string, Uint8Array>();
const rememberingSha256 = (bytes: Uint8Array): Uint8Array => {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const known = remembered.get(key) ?? nodeSha256(bytes);
  remembered.set(key, known);
  return known;
};
/** Up to this size every octet of every proof is changed. */
const WHOLLY = 24;
/** Of larger trees than this every third proof is bent. */
const SPARED = 48;

describe('every proof of every tree of up to 200 leaves', () => {
  const roots = Array.from({ length: MOST + 1 }, (_, size) => rootAt(size));
  const hashes = Array.from({ length: MOST }, (_, index) => leafHash(nodeSha256, leafAt(index)));
  const root = (size: number): Uint8Array => roots[size] ?? Buffer.alloc(0);
  const hash = (index: number): Uint8Array => hashes[index] ?? Buffer.alloc(0);
  let turn = 0;
  /** Wrong proofs made of a right one. Of the larger trees one of each kind, others for each proof: together they come to every place. */
  const wrongOnes = (size: number, proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] => {
    turn += 1;
    const shortened = proof.length === 0 ? [] : [proof.slice(1), proof.slice(0, -1)];
    const lengths = [...shortened, [...proof, Buffer.alloc(32)]];
    const octets = size <= WHOLLY ? Array.from({ length: 32 }, (_, octet) => octet) : [turn % 32];
    const hashes = size <= WHOLLY ? proof.map((_, at) => at) : proof.length === 0 ? [] : [turn % proof.length];
    return [
      ...hashes.flatMap((at) => octets.map((octet) => bent(proof, at, octet, turn % 8))),
      ...(size <= WHOLLY ? lengths : lengths.slice(turn % lengths.length).slice(0, 1)),
    ];
  };

  const { stackTraceLimit } = Error;
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  beforeAll(async () => {
    // Hundreds of thousands of refusals, of which nobody reads where they were thrown.
    Error.stackTraceLimit = 0;
    let at = 0;
    for (const next of [1, 2, 3, 5, 64, 65, MOST]) {
      await store(at, next);
      at = next;
    }
  });

  it('has the root that the compact range has', () => {
    let range = emptyRange;
    for (let size = 1; size <= MOST; size += 1) {
      range = appendLeaves(range, [hash(size - 1)], nodeSha256);
      expect(rootOf(range, nodeSha256)).toEqual(root(size));
    }
  });

  it('verifies for its leaf, and with any octet changed, a hash more or less, or another index for none', async () => {
    let tried = 0;
    for (let size = 1; size <= MOST; size += 1) {
      const proofOf = inclusionProofs(BigInt(size), readTile, rememberingSha256);
      for (let index = 0; index < size; index += 1) {
        const proof = await proofOf(BigInt(index));
        const verdict = (hashes: readonly Uint8Array[], leaf = hash(index), at = index, top = root(size)): string =>
          refusal(() => verifyInclusion(nodeSha256, leaf, BigInt(at), BigInt(size), hashes, top));
        if (verdict(proof) !== 'accepted') throw new Error(`the proof is refused: ${size}`);
        if (size > SPARED && (index + size) % 3 > 0) continue;
        const wrong = wrongOnes(size, proof).map((one) => verdict(one));
        const octet = index % 32;
        for (const other of bent([hash(index)], 0, octet, 0)) wrong.push(verdict(proof, other));
        for (const other of bent([root(size)], 0, octet, 0)) wrong.push(verdict(proof, hash(index), index, other));
        for (const other of [index - 1, index + 1]) wrong.push(verdict(proof, hash(index), other));
        if (wrong.includes('accepted')) throw new Error(`a wrong proof of ${index} in ${size} is accepted`);
        tried += wrong.length;
      }
    }
    expect(tried).toBeGreaterThan(60_000);
  });

  it('verifies that its tree extends a smaller one, and with any octet changed for none', async () => {
    let tried = 0;
    for (let size = 1; size <= MOST; size += 1) {
      for (let old = 0; old <= size; old += 1) {
        const proof = await consistencyProof(BigInt(old), BigInt(size), readTile, rememberingSha256);
        const verdict = (hashes: readonly Uint8Array[], before = root(old), after = root(size)): string =>
          refusal(() => verifyConsistency(nodeSha256, BigInt(old), BigInt(size), hashes, before, after));
        if (verdict(proof) !== 'accepted') throw new Error(`the proof is refused: ${size}`);
        if (size > SPARED && (old + size) % 3 > 0) continue;
        const wrong = wrongOnes(size, proof).map((one) => verdict(one));
        const octet = old % 32;
        for (const other of bent([root(old)], 0, octet, 0)) wrong.push(verdict(proof, other));
        // That it extends the tree without leaves says nothing of the tree: its proof is empty.
        if (old > 0) for (const other of bent([root(size)], 0, octet, 0)) wrong.push(verdict(proof, root(old), other));
        if (wrong.includes('accepted')) throw new Error(`a wrong proof from ${old} to ${size} is accepted`);
        tried += wrong.length;
      }
    }
    expect(tried).toBeGreaterThan(60_000);
  });

  it('also over several tiles and levels', async () => {
    await store(MOST, 70_000);
    const root = rootAt(70_000);
    const proofOf = inclusionProofs(70_000n, readTile, nodeSha256);
    for (const index of [0n, 255n, 256n, 65_535n, 65_536n, 69_999n]) {
      const proof = await inclusionProof(index, 70_000n, readTile, nodeSha256);
      expect(await proofOf(index)).toEqual(proof);
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
    const octets = Buffer.from(text, 'utf8');
    for (let at = 0; at < octets.length; at += 1) {
      // Another octet of the same kind, one that Base 64 may not tell apart, one outside ASCII, a line's end.
      for (const unit of [(octets[at] ?? 0) ^ 1, (octets[at] ?? 0) ^ 4, (octets[at] ?? 0) ^ 0x80, 0x0a, 0x20]) {
        const changed = Buffer.from(octets);
        changed[at] = unit;
        if (unit === octets[at]) continue;
        const judged = refusal(() => verifyProofText(changed.toString('utf8'), leaf, trust, verification));
        if (judged === 'accepted') throw new Error(`octet ${at} may be ${unit}`);
      }
    }
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
