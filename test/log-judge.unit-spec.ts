import { beforeAll, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { DisclosureLog, noteSigner } from '#testing';
import { appendToTiles, checkpointText, leafHash, nodeSha256, signNote, verifierKey } from '#tlog/build';
import { disclosureLeaf, rootOfLeaves } from '#tlog/verify';
import { judgeLog, sound } from './support/log-judge.js';
import type { LogEvidence, LogJudgement } from './support/log-judge.js';

const signer = noteSigner('logg.example/disclosure');
const trust = { origin: signer.name, keys: [verifierKey(signer.name, signer.publicKey, nodeSha256)], policy: '' };
const SIZE = 700;

type Writable = { -readonly [name in keyof LogEvidence]: LogEvidence[name] };
let whole: LogEvidence;

/** The log of these entries, as it would be if nothing had ever failed. */
const logOf = async (handed: LogEvidence['handed']): Promise<LogEvidence> => {
  const log = new DisclosureLog(signer);
  const [checkpoints, proofs] = [[log.checkpoint()], new Map<string, string>()];
  const openings = [...handed.values()].map(({ entry, blind }, at) => ({ index: BigInt(at), entry, blind }));
  const leaves = [...handed].map(([entryId, { entry, blind }], at) => ({
    index: BigInt(at),
    entryId,
    data: Buffer.from(disclosureLeaf(blind, entry, nodeSha256)),
  }));
  for (const { data, index } of leaves) {
    await log.take(data);
    if (index % 97n === 0n) checkpoints.push(log.checkpoint());
  }
  const last = log.checkpoint();
  checkpoints.push(last);
  for (const { entryId, index } of leaves.filter((leaf) => leaf.index % 50n === 0n)) {
    proofs.set(entryId, await log.prove(index, last));
  }
  return { trust, handed, leaves, openings, checkpoints, tiles: await tilesOf(leaves), proofs };
};
const tilesOf = async (leaves: LogEvidence['leaves']): Promise<Map<string, Uint8Array>> => {
  const hashes = leaves.map(({ data }) => leafHash(nodeSha256, data));
  const tiles = await appendToTiles(0n, hashes, () => Promise.resolve(undefined), nodeSha256);
  return new Map(tiles.map((tile) => [`${tile.level}/${tile.n}`, tile.hashes]));
};
const signed = (leaves: LogEvidence['leaves'], key = signer): string => {
  const root = rootOfLeaves(
    leaves.map(({ data }) => data),
    nodeSha256,
  );
  return signNote(checkpointText(signer.name, BigInt(leaves.length), root), key, nodeSha256);
};

beforeAll(async () => {
  const handed = Array.from({ length: SIZE }, () => [randomUUID(), { entry: randomBytes(40), blind: randomBytes(32) }]);
  whole = await logOf(new Map(handed as [string, { entry: Buffer; blind: Buffer }][]));
});

it('finds a log sound that nothing happened to', () => {
  expect(judgeLog(whole)).toEqual(sound);
});

const leafAt = (at: number) => whole.leaves[at] as LogEvidence['leaves'][number];
const idAt = (at: number): string => leafAt(at).entryId;
const renumbered = (leaves: LogEvidence['leaves']): LogEvidence['leaves'] =>
  leaves.map((leaf, at) => ({ ...leaf, index: BigInt(at) }));
const sizesFrom = (size: bigint): readonly bigint[] =>
  [...new Set(whole.checkpoints.map((note) => BigInt(note.split('\n')[1] ?? '0')))].filter((one) => one > size);

it.each<[string, (log: Writable) => void | Promise<void>, () => Partial<LogJudgement>]>([
  [
    'an entry that was taken and never became a leaf',
    (log) =>
      void (log.handed = new Map([...whole.handed, ['another', { entry: randomBytes(9), blind: randomBytes(32) }]])),
    () => ({ lost: ['another'] }),
  ],
  [
    'a leaf that is gone',
    (log) => void (log.leaves = whole.leaves.filter((_, at) => at !== SIZE - 1)),
    () => ({ lost: [idAt(SIZE - 1)], unborne: [BigInt(SIZE)], tiles: ['0/2'] }),
  ],
  [
    'the same entry made two leaves by two sequencers at once, and signed',
    async (log) => {
      log.leaves = [...whole.leaves, { ...leafAt(3), index: BigInt(SIZE) }];
      log.openings = [
        ...whole.openings,
        { ...whole.openings[3], index: BigInt(SIZE) } as LogEvidence['openings'][number],
      ];
      log.tiles = await tilesOf(log.leaves);
      log.checkpoints = [...whole.checkpoints, signed(log.leaves)];
    },
    () => ({ twice: [idAt(3)] }),
  ],
  [
    'two sequencers that both wrote the same index',
    (log) => {
      log.leaves = renumbered(whole.leaves.filter((_, at) => at !== 690));
      log.openings = whole.openings.filter((_, at) => at !== 690).map((one, at) => ({ ...one, index: BigInt(at) }));
    },
    () => ({ lost: [idAt(690)], unborne: [BigInt(SIZE)], tiles: ['0/2'] }),
  ],
  [
    'an index that was passed over',
    (log) => void (log.leaves = whole.leaves.map((leaf, at) => (at < SIZE - 1 ? leaf : { ...leaf, index: 900n }))),
    () => ({ gaps: [900n], unopened: [idAt(SIZE - 1)] }),
  ],
  [
    'an entry whose transaction was rolled back',
    (log) => void (log.handed = new Map([...whole.handed].filter(([id]) => id !== idAt(7)))),
    () => ({ foreign: [idAt(7)] }),
  ],
  [
    'an entry that was replaced before it became a leaf',
    (log) =>
      void (log.handed = new Map(whole.handed).set(idAt(9), { entry: Buffer.from('another'), blind: randomBytes(32) })),
    () => ({ altered: [idAt(9)] }),
  ],
  [
    'an opening that is missing, and one of another entry',
    (log) =>
      void (log.openings = whole.openings
        .filter(({ index }) => index !== 11n)
        .map((one) => (one.index === 12n ? { ...one, entry: Buffer.from('another') } : one))),
    () => ({ unopened: [idAt(11), idAt(12)] }),
  ],
  [
    'two roots signed at one size',
    (log) => void (log.checkpoints = [...whole.checkpoints, signed(whole.leaves.toReversed())]),
    () => ({ forked: [BigInt(SIZE)], unborne: [BigInt(SIZE)] }),
  ],
  [
    'a root signed that the leaves do not give, at a size of its own',
    (log) => void (log.checkpoints = [...whole.checkpoints, signed(whole.leaves.slice(0, 50).toReversed())]),
    () => ({ unborne: [50n] }),
  ],
  [
    'a checkpoint for more leaves than there are',
    (log) => void (log.checkpoints = [...whole.checkpoints, signed([...whole.leaves, leafAt(0)])]),
    () => ({ unborne: [BigInt(SIZE + 1)] }),
  ],
  [
    'a checkpoint of somebody else',
    (log) => void (log.checkpoints = [...whole.checkpoints, signed(whole.leaves, noteSigner(signer.name))]),
    () => ({ unsigned: [expect.stringContaining(signer.name) as unknown as string] }),
  ],
  [
    'a leaf altered under signed checkpoints',
    (log) =>
      void (log.leaves = whole.leaves.map((leaf, at) => (at === 100 ? { ...leaf, data: randomBytes(33) } : leaf))),
    () => ({ altered: [idAt(100)], unopened: [idAt(100)], unborne: sizesFrom(100n), tiles: ['0/0', '1/0'] }),
  ],
  [
    'a tile with another hash, and one that is not there',
    (log) => {
      const tiles = new Map(whole.tiles).set('0/1', randomBytes(8192));
      tiles.delete('1/0');
      log.tiles = tiles;
    },
    () => ({ tiles: ['0/1', '1/0'] }),
  ],
  [
    'a proof of another entry',
    (log) => void (log.proofs = new Map(whole.proofs).set(idAt(50), whole.proofs.get(idAt(100)) ?? '')),
    () => ({ unproven: [idAt(50)] }),
  ],
])('sees %s', async (_, spoil, found) => {
  const spoiled: Writable = { ...whole };
  await spoil(spoiled);
  expect(judgeLog(spoiled)).toEqual({ ...sound, ...found() });
});
