import { describe, expect, it } from '@jest/globals';
import { DisclosureLog, noteSigner } from '#testing';
import { cosignatureLine, nodeSha256, verifierKey, witnessKey } from '#tlog/build';
import { cosignedAt, parseNote } from '#tlog/verify';
import type { CheckpointStore } from '../persistence/checkpoint.store.js';
import type { LogStore } from '../persistence/log.store.js';
import { DateEntries } from './date-entries.js';
import { Quorum } from './quorum.js';
import type { ReadLog } from './read-log.js';

const START = 1_764_000_000n;
const witnesses = [1, 2].map((nth) => noteSigner(`witness.example/w${nth}`));
const policy = [
  ...witnesses.map(({ name, publicKey }, nth) => `witness w${nth} ${witnessKey(name, publicKey, nodeSha256)}`),
  'group both all w0 w1',
  'quorum both',
].join('\n');

interface Published {
  readonly size: bigint;
  readonly note: string;
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** A log whose checkpoints were cosigned by some, and later once more. */
class Scene {
  readonly log = new DisclosureLog(noteSigner('logg.example/disclosure'));
  readonly published: Published[] = [];
  /** How often checkpoints were sought. */
  sought = 0;

  async grow(leaves: number, by: readonly (typeof witnesses)[number][] = witnesses): Promise<void> {
    await this.log.fill(leaves);
    const note = this.log.checkpoint();
    const { text } = parseNote(note);
    const at = START + this.log.size * 1000n;
    const lines = (time: bigint) => by.map((one) => cosignatureLine(text, one, time, nodeSha256));
    this.published.push({ size: this.log.size, note, first: lines(at), last: lines(at + 500n) });
  }

  /** @returns size and cosignature time of the checkpoints before and covering the entry at an index */
  async around(index: bigint): Promise<readonly (readonly [bigint, bigint] | undefined)[]> {
    return (await this.aroundEach([index]))[0] ?? [];
  }

  /** As one answer gives them. */
  async aroundEach(
    indices: readonly bigint[],
  ): Promise<readonly (readonly (readonly [bigint, bigint] | undefined)[])[]> {
    const { name, publicKey } = this.log.signer;
    const quorum = new Quorum({ origin: name, keys: [verifierKey(name, publicKey, nodeSha256)], policy });
    const checkpoints = {
      near: (_log: string, from: bigint, side: string, { limit }: { readonly limit: number }) => {
        const after = side === 'after';
        this.sought += 1;
        const some = this.published.filter(({ size }) => (after ? size > from : size <= from));
        return Promise.resolve(
          (after ? some : some.toReversed())
            .slice(0, limit)
            .map(({ size, note, first, last }) => ({ size, note, lines: after ? first : last })),
        );
      },
    };
    const leaves = indices.map((index) => ({ index, entryId: `${index}`, data: Buffer.alloc(0) }));
    const store = { find: () => Promise.resolve(leaves) };
    const reading = {
      size: () => this.log.size,
      inclusions:
        (...[, , note]: string[]) =>
        () =>
          Promise.resolve(note),
    };
    const dating = new DateEntries(
      store as unknown as LogStore,
      checkpoints as unknown as CheckpointStore,
      quorum,
      reading as unknown as ReadLog,
    );
    const dated = await dating.execute(leaves.map(({ entryId }) => entryId));
    return leaves.map(({ entryId }) =>
      [dated.get(entryId)?.before, dated.get(entryId)?.proof].map((note) => {
        if (note === undefined) return undefined;
        const { text, signatures } = parseNote(note);
        return [BigInt(text.split('\n')[1] ?? ''), cosignedAt(signatures[1]!.signature)] as const;
      }),
    );
  }
}

describe('dating of an entry', () => {
  it('is by the last checkpoint before it, cosigned last, and the first that covers it, cosigned first', async () => {
    const scene = new Scene();
    for (const leaves of [2, 2, 2]) await scene.grow(leaves);
    const [two, four] = [START + 2000n, START + 4000n];
    expect(await scene.around(2n)).toEqual([
      [2n, two + 500n],
      [4n, four],
    ]);
    expect(await scene.around(3n)).toEqual([
      [2n, two + 500n],
      [4n, four],
    ]);
    expect(await scene.around(0n)).toEqual([undefined, [2n, two]]);
  });

  it('passes by checkpoints without their quorum, however many', async () => {
    const scene = new Scene();
    await scene.grow(2);
    for (let nth = 0; nth < 40; nth += 1) await scene.grow(1, witnesses.slice(0, 1));
    await scene.grow(1);
    expect((await scene.around(20n)).map((one) => one?.[0])).toEqual([2n, 43n]);
    expect((await scene.around(1n)).map((one) => one?.[0])).toEqual([undefined, 2n]);
  });

  it('seeks what bounds many that were logged together once, and gives each what it gets alone', async () => {
    const scene = new Scene();
    await scene.grow(2);
    await scene.grow(5);
    await scene.grow(2, witnesses.slice(0, 1));
    await scene.grow(3);
    await scene.grow(1, witnesses.slice(0, 1));
    // In any order, with one that no checkpoint covers.
    const indices = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 11n, 12n, 3n, 12n, 0n];
    const together = await scene.aroundEach(indices);
    const sought = scene.sought;
    expect(together).toEqual(await Promise.all(indices.map((index) => scene.around(index))));
    // Two for each stretch it comes to, one for an entry without cover.
    expect(sought).toBe(2 * 5 + 2);
  });

  it('waits for a checkpoint that covers it', async () => {
    const scene = new Scene();
    await scene.grow(2);
    await scene.grow(2, witnesses.slice(0, 1));
    expect(await scene.around(3n)).toEqual([undefined, undefined]);
  });
});
