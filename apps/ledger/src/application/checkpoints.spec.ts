import { describe, expect, it, jest } from '@jest/globals';
import { EventLog } from '#platform';
import { DisclosureLog, noteSigner } from '#testing';
import { cosignatureLine, nodeSha256, verifierKey, witnessKey } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { parseNote } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';
import type { LogName } from '../domain/log.js';
import type { CheckpointStore, Cosignature, Heads, SignedCheckpoint } from '../persistence/checkpoint.store.js';
import { Checkpoints } from './checkpoints.js';
import { Quorum } from './quorum.js';
import { TakeCosignatures } from './take-cosignatures.js';

const silent = new EventLog('test', 'silent');
const START = Date.parse('2026-11-24T08:00:00.000Z');
const witnesses = [1, 2, 3, 4].map((nth) => noteSigner(`witness.example/w${nth}`));
const seconds = (ms: number): bigint => BigInt(Math.floor(ms / 1000));

/** Three of four. */
const policy = [
  ...witnesses.map(({ name, publicKey }, nth) => `witness w${nth} ${witnessKey(name, publicKey, nodeSha256)}`),
  `group all-four 3 w0 w1 w2 w3`,
  'quorum all-four',
].join('\n');

/** The ledger's tables, without a database. */
class MemoryCheckpoints {
  readonly published: SignedCheckpoint[] = [];
  readonly lines = new Map<string, Map<string, Cosignature>>();
  readonly rounds = new Map<LogName, { offered?: bigint; at: number; witnessed?: bigint }>();
  now = START;
  /** Logs of which the heads were read. */
  readonly reads: LogName[] = [];

  publish(log: LogName, size: bigint, note: string): void {
    this.published.push({ id: BigInt(this.published.length), size, note, signedAt: new Date(this.now), lines: [log] });
  }
  heads(log: LogName): Promise<Heads> {
    this.reads.push(log);
    const own = this.published.filter(({ lines }) => lines[0] === log);
    const round = this.rounds.get(log);
    const found = (id: bigint | undefined): SignedCheckpoint | undefined => {
      const checkpoint = own.find((one) => one.id === id);
      if (checkpoint === undefined) return undefined;
      const lines = [...(this.lines.get(`${log}/${checkpoint.size}`)?.values() ?? [])].map(({ line }) => line);
      return { ...checkpoint, lines };
    };
    const [newest, offered, witnessed] = [found(own.at(-1)?.id), found(round?.offered), found(round?.witnessed)];
    return Promise.resolve({
      ...(newest === undefined ? {} : { newest }),
      ...(offered === undefined ? {} : { offered: { ...offered, ageMs: this.now - (round?.at ?? 0) } }),
      ...(witnessed === undefined ? {} : { witnessed }),
    });
  }
  offer(log: LogName, before: bigint | undefined, next: bigint, witnessed: bigint | undefined): Promise<boolean> {
    const round = this.rounds.get(log);
    if (round?.offered !== before) return Promise.resolve(false);
    const last = witnessed ?? round?.witnessed;
    this.rounds.set(log, { offered: next, at: this.now, ...(last === undefined ? {} : { witnessed: last }) });
    return Promise.resolve(true);
  }
  notes(log: LogName, size: bigint): Promise<readonly string[]> {
    return Promise.resolve(
      this.published.filter((one) => one.lines[0] === log && one.size === size).map(({ note }) => note),
    );
  }
  keep(log: LogName, cosignatures: readonly Cosignature[]): Promise<void> {
    for (const one of cosignatures) {
      const at = `${log}/${one.size}`;
      this.lines.set(at, (this.lines.get(at) ?? new Map<string, Cosignature>()).set(one.witness, one));
    }
    return Promise.resolve();
  }
}

class Scene {
  readonly store = new MemoryCheckpoints();
  readonly signers = { disclosure: noteSigner('logg.example/disclosure'), keys: noteSigner('logg.example/keys') };
  readonly log = new DisclosureLog(this.signers.disclosure);
  readonly checkpoints: Checkpoints;
  readonly taking: TakeCosignatures;
  readonly quorums: Readonly<Record<LogName, Quorum>>;

  constructor(asked = policy) {
    const trustOf = ({ name, publicKey }: NoteSigner): LogTrust => ({
      origin: name,
      keys: [verifierKey(name, publicKey, nodeSha256)],
      policy: asked,
    });
    this.quorums = {
      disclosure: new Quorum(trustOf(this.signers.disclosure)),
      keys: new Quorum(trustOf(this.signers.keys)),
    };
    const store = this.store as unknown as CheckpointStore;
    const now = (): Date => new Date(this.store.now);
    this.checkpoints = new Checkpoints(store, this.quorums, silent, now);
    this.taking = new TakeCosignatures(store, this.quorums, this.checkpoints, silent, now);
  }
  /** Leaves more, signed. @returns the note */
  async grow(leaves: number): Promise<string> {
    await this.log.fill(leaves);
    const note = this.log.checkpoint();
    this.store.publish('disclosure', this.log.size, note);
    await this.checkpoints.look();
    return note;
  }
  async offered(): Promise<string> {
    return (await this.checkpoints.offered('disclosure', 0n, 0))?.note ?? '';
  }
  cosign(note: string, signer: NoteSigner | undefined, ms = this.store.now): Promise<string | undefined> {
    if (signer === undefined) throw new Error('no such witness');
    const line = cosignatureLine(parseNote(note).text, signer, seconds(ms), nodeSha256);
    return this.taking.execute('disclosure', `${note}${line}`);
  }
  get size(): bigint | undefined {
    return this.checkpoints.newest('disclosure')?.size;
  }
}

describe('the newest checkpoints', () => {
  it('are missing until both logs have one, and stale when one was not signed for three minutes', async () => {
    const { store, checkpoints, signers } = new Scene('');
    const publish = (log: LogName): void => store.publish(log, 0n, new DisclosureLog(signers[log]).checkpoint());
    const seen = async (): Promise<readonly (string | undefined)[]> => {
      await checkpoints.look();
      return [checkpoints.missing(), checkpoints.stale()];
    };
    expect(await seen()).toEqual(['no-checkpoint', undefined]);
    publish('disclosure');
    expect(await seen()).toEqual(['no-checkpoint', undefined]);
    publish('keys');
    expect(await seen()).toEqual([undefined, undefined]);
    store.now += 180_001;
    expect(await seen()).toEqual([undefined, 'stale']);
    publish('keys');
    expect(await seen()).toEqual([undefined, 'stale']);
    publish('disclosure');
    expect(await seen()).toEqual([undefined, undefined]);
  });

  it('reach readers when three of four witnesses have cosigned them, with their lines', async () => {
    const scene = new Scene();
    const note = await scene.grow(3);
    expect([await scene.offered(), scene.size]).toEqual([note, undefined]);
    for (const nth of [0, 1]) expect(await scene.cosign(note, witnesses[nth])).toBeUndefined();
    expect(scene.size).toBeUndefined();
    await scene.cosign(note, witnesses[3]);
    expect(scene.size).toBe(3n);
    expect(parseNote(scene.checkpoints.newest('disclosure')?.note ?? '').signatures).toHaveLength(4);
  });

  it('are offered one at a time, so that all witnesses cosign the same, a tick apart', async () => {
    const scene = new Scene();
    const first = await scene.grow(3);
    const second = await scene.grow(1);
    const third = await scene.grow(1);
    expect(await scene.offered()).toBe(first);
    for (const witness of witnesses.slice(0, 3)) await scene.cosign(first, witness);
    expect(await scene.offered()).toBe(first);
    scene.store.now += 50;
    await scene.checkpoints.look();
    expect(await scene.offered()).toBe(third);
    expect(scene.size).toBe(3n);
    // The fourth comes late, to what it was offered; nobody was offered the second.
    expect(await scene.cosign(first, witnesses[3])).toBeUndefined();
    for (const witness of witnesses.slice(0, 3)) await scene.cosign(third, witness);
    expect([scene.size, second === third]).toEqual([5n, false]);
    scene.checkpoints.stop();
  });

  it('are offered further apart after one with many entries, so that one round serves many', async () => {
    const scene = new Scene();
    const cosigned = async (note: string): Promise<void> => {
      for (const witness of witnesses.slice(0, 3)) await scene.cosign(note, witness);
    };
    await cosigned(await scene.grow(3));
    scene.store.now += 50;
    const many = await scene.grow(10);
    expect(await scene.offered()).toBe(many);
    await cosigned(many);
    const next = await scene.grow(1);
    for (const [ms, offered] of [
      [199, many],
      [1, next],
    ] as const) {
      scene.store.now += ms;
      await scene.checkpoints.look();
      expect(await scene.offered()).toBe(offered);
    }
    scene.checkpoints.stop();
  });

  it('are read when there is something to learn: not for each cosignature, nor for what is signed in the middle of a round', async () => {
    const scene = new Scene();
    const { reads } = scene.store;
    const note = await scene.grow(3);
    reads.length = 0;
    for (const witness of witnesses.slice(0, 2)) await scene.cosign(note, witness);
    scene.checkpoints.signed();
    expect(reads).toEqual(['keys']);
    await scene.cosign(note, witnesses[2]);
    await scene.cosign(note, witnesses[3]);
    expect([scene.size, reads]).toEqual([3n, ['keys', 'disclosure']]);
    scene.checkpoints.stop();
  });

  it('give way to a newer one when their quorum does not come, and people are told', async () => {
    const scene = new Scene();
    const first = await scene.grow(3);
    await scene.cosign(first, witnesses[0]);
    const second = await scene.grow(1);
    scene.store.now += 2_000;
    await scene.checkpoints.look();
    expect([await scene.offered(), scene.size, scene.checkpoints.unmet()]).toEqual([second, undefined, undefined]);
    scene.store.now += 3_001;
    await scene.checkpoints.look();
    expect(scene.checkpoints.unmet()).toBe('quorum-not-met');
    expect([scene.checkpoints.silent('w0'), scene.checkpoints.silent('w1')]).toEqual([undefined, 'silent']);
    for (const witness of witnesses.slice(1)) await scene.cosign(second, witness);
    expect([scene.size, scene.checkpoints.unmet()]).toEqual([4n, undefined]);
  });

  it('that the key of the log did not sign are offered to nobody', async () => {
    const scene = new Scene();
    const genuine = await scene.grow(3);
    for (const witness of witnesses) await scene.cosign(genuine, witness);
    scene.store.now += 60;
    scene.store.publish('disclosure', 9n, scene.log.checkpoint(9n, scene.log.root, noteSigner(scene.log.signer.name)));
    await scene.checkpoints.look();
    expect([await scene.offered(), scene.size]).toEqual([genuine, 3n]);
  });
});

describe('a cosignature', () => {
  const outcomes: readonly [string, string, (scene: Scene, note: string) => Promise<string | undefined>][] = [
    [
      'of somebody who is no witness',
      'not-a-witness',
      (scene, note) => scene.cosign(note, noteSigner('witness.example/w1')),
    ],
    [
      'of another checkpoint under this one',
      'not-a-witness',
      async (scene, note) => {
        const line = cosignatureLine('another\n', witnesses[0] as NoteSigner, seconds(START), nodeSha256);
        return scene.taking.execute('disclosure', `${note}${line}`);
      },
    ],
    [
      'of a tree that the log has not published',
      'unknown-checkpoint',
      (scene) => scene.cosign(scene.log.checkpoint(2n, Buffer.alloc(32)), witnesses[0]),
    ],
    ['from an hour ago', 'time', (scene, note) => scene.cosign(note, witnesses[0], START - 3_600_000)],
    ['from an hour ahead', 'time', (scene, note) => scene.cosign(note, witnesses[0], START + 3_600_000)],
    [
      'under no signature of the log',
      'malformed',
      (scene, note) => scene.taking.execute('disclosure', parseNote(note).text),
    ],
  ];
  it.each(outcomes)('%s is refused: %s', async (_, code, make) => {
    const scene = new Scene();
    const note = await scene.grow(3);
    expect(await make(scene, note)).toBe(code);
    for (const witness of witnesses.slice(1, 3)) await scene.cosign(note, witness);
    expect(scene.size).toBeUndefined();
  });

  it('counts once for its witness, who may make any number: what is judged with the next does not grow', async () => {
    const scene = new Scene();
    const note = await scene.grow(3);
    const line = (nth: number): string =>
      cosignatureLine(parseNote(note).text, witnesses[0] as NoteSigner, seconds(START) + BigInt(nth), nodeSha256);
    const asked = jest.spyOn(scene.quorums.disclosure, 'isMet');
    const written = jest.spyOn(scene.store, 'keep');
    await scene.taking.execute('disclosure', `${note}${Array.from({ length: 20 }, (_, nth) => line(nth)).join('')}`);
    expect(written.mock.calls).toEqual([['disclosure', [expect.objectContaining({ line: line(19) })]]]);
    for (let nth = 0; nth < 20; nth += 1) {
      await scene.taking.execute('disclosure', `${note}${line(20 + nth)}`);
      await scene.checkpoints.look();
    }
    await scene.cosign(note, witnesses[1]);
    expect(Math.max(...asked.mock.calls.map(([cosigned]) => cosigned.length))).toBe(2);
    await scene.cosign(note, witnesses[2]);
    expect(scene.size).toBe(3n);
  });

  it('that was written into the database and does not verify keeps nothing back and counts for nothing', async () => {
    const scene = new Scene();
    const note = await scene.grow(3);
    const line = cosignatureLine('another\n', witnesses[3] as NoteSigner, seconds(START), nodeSha256);
    await scene.store.keep('disclosure', [{ size: 3n, witness: 'w3', line, at: new Date(START) }]);
    for (const witness of witnesses.slice(0, 2)) await scene.cosign(note, witness);
    expect(scene.size).toBeUndefined();
    await scene.cosign(note, witnesses[2]);
    expect(scene.size).toBe(3n);
  });

  it('is left out beyond the sixteen lines that every verifier takes', () => {
    const many = Array.from({ length: 24 }, (_, nth) => noteSigner(`witness.example/many${nth}`));
    const log = new DisclosureLog(noteSigner('logg.example/disclosure'));
    const text = [
      ...many.map(({ name, publicKey }, nth) => `witness m${nth} ${witnessKey(name, publicKey, nodeSha256)}`),
      `group first 2 ${many
        .slice(0, 20)
        .map((_, nth) => `m${nth}`)
        .join(' ')}`,
      `group last 2 ${many
        .slice(20)
        .map((_, nth) => `m${nth + 20}`)
        .join(' ')}`,
      'group both all first last',
      'quorum both',
    ].join('\n');
    const keys = [verifierKey(log.signer.name, log.signer.publicKey, nodeSha256)];
    const quorum = new Quorum({ origin: log.signer.name, keys, policy: text });
    const note = log.checkpoint();
    const body = parseNote(note).text;
    const lines = many.map((witness) => cosignatureLine(body, witness, seconds(START), nodeSha256));
    const { signatures } = parseNote(quorum.witnessed(note, lines)?.note ?? '');
    expect(signatures).toHaveLength(16);
    expect(quorum.witnessed(note, lines.slice(0, 21))).toBeUndefined();
  });
});
