import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { corpus, unexpected } from '#testing';
import { nodeSha256 } from '../build/index.js';
import { GrowingTree, TlogError, leafHash, rootOfLeaves, verifyConsistency, verifyInclusion } from './index.js';

interface Vector {
  readonly id: string;
  readonly number: (name: string) => bigint;
  readonly hash: (name: string) => Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly wantErr: boolean;
}

/** Sizes go up to 2^64-1, which JSON.parse would round: they are read from the text. */
function vectorsIn(folder: string): Vector[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const data = JSON.parse(text) as { proof?: string[] | null; wantErr?: boolean } & Record<string, string>;
    return {
      id: file,
      number: (name) => BigInt(new RegExp(`"${name}": ([0-9]+)`).exec(text)?.[1] ?? '0'),
      hash: (name) => Buffer.from(data[name] ?? '', 'base64'),
      proof: (data.proof ?? []).map((hash) => Buffer.from(hash, 'base64')),
      wantErr: data.wantErr === true,
    };
  });
}

const accepts = (work: () => void): boolean => {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    return false;
  }
};

describe('published Merkle vectors', () => {
  const merkle = corpus('merkle');

  (merkle ? it : it.skip)('judges the 98 inclusion proofs as their publisher does', () => {
    const vectors = vectorsIn(join(merkle?.path ?? '', 'testdata/inclusion'));
    expect(vectors).toHaveLength(98);
    const deviations = vectors.filter(
      (v) =>
        accepts(() => {
          verifyInclusion(
            nodeSha256,
            v.hash('leafHash'),
            v.number('leafIdx'),
            v.number('treeSize'),
            v.proof,
            v.hash('root'),
          );
        }) === v.wantErr,
    );
    expect(
      unexpected(
        deviations.map(({ id }) => id),
        {},
      ),
    ).toEqual([]);
  });

  (merkle ? it : it.skip)('judges the 98 consistency proofs as their publisher does', () => {
    const vectors = vectorsIn(join(merkle?.path ?? '', 'testdata/consistency'));
    expect(vectors).toHaveLength(98);
    const deviations = vectors.filter(
      (v) =>
        accepts(() => {
          verifyConsistency(
            nodeSha256,
            v.number('size1'),
            v.number('size2'),
            v.proof,
            v.hash('root1'),
            v.hash('root2'),
          );
        }) === v.wantErr,
    );
    expect(
      unexpected(
        deviations.map(({ id }) => id),
        {
          'additional/sizes-are-equal-one-and-proof-is-empty.json':
            'its roots are placeholders of 12 octets; a root has 32',
        },
      ),
    ).toEqual([]);
  });
});

it('a growing tree goes on where it was left, and from nothing that is not what was kept', () => {
  const leaves = Array.from({ length: 21 }, (_, at) => Uint8Array.of(at));
  for (let left = 0; left <= leaves.length; left += 1) {
    const before = new GrowingTree(nodeSha256);
    for (const leaf of leaves.slice(0, left)) before.append(leafHash(nodeSha256, leaf));
    const after = GrowingTree.resumed(nodeSha256, before.size, before.hashes);
    for (const leaf of leaves.slice(left)) after.append(leafHash(nodeSha256, leaf));
    expect(after.size).toBe(21n);
    expect(after.root()).toEqual(rootOfLeaves(leaves, nodeSha256));
    for (const wrong of [
      [...before.hashes, new Uint8Array(32)],
      before.hashes.map((hash) => hash.slice(1)),
      before.hashes.slice(1),
    ])
      if (left > 0) expect(() => GrowingTree.resumed(nodeSha256, before.size, wrong)).toThrow('WRONG_LENGTH');
  }
});
