import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLeafStore, noteSigner, outcomeOf } from '#testing';
import {
  checkpointText,
  cosignatureLine,
  nodeSha256,
  nodeVerifyEd25519,
  signNote,
  verifierKey,
  witnessKey,
} from '#tlog/build';
import { openCheckpoint, rootOfLeaves } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';
import { StateInUse } from '../domain/errors.js';
import { StateFile } from '../state/state-file.js';
import { SignLog } from './sign-log.js';

const ORIGIN = 'logg.delge.example/test/disclosure';
const signer = noteSigner(ORIGIN);
const witness = noteSigner('vittne.delge.example/test/w');
const trust: LogTrust = {
  origin: ORIGIN,
  keys: [verifierKey(ORIGIN, signer.publicKey, nodeSha256)],
  // The signer signs before anybody cosigns: what readers ask for does not bind it.
  policy: `witness w ${witnessKey(witness.name, witness.publicKey, nodeSha256)}\nquorum w\n`,
};

/** POSIX seconds: when the witnesses cosigned, and when the signer looks. */
const COSIGNED = 1_790_000_000;
const now = (): Date => new Date((COSIGNED + 60) * 1000);

let folder: string;
let file: string;
let store: MemoryLeafStore;
/** Of the signer that ran last: it has ended when another one starts. */
let state: StateFile | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delge-signer-'));
  file = join(folder, 'disclosure.json');
  store = new MemoryLeafStore();
});
afterEach(() => {
  state?.lock.release();
  return rm(folder, { recursive: true });
});

const aSigner = (by = signer, crash: (point: string) => void = () => undefined): SignLog => {
  state?.lock.release();
  state = new StateFile(file, ORIGIN);
  return new SignLog(store, state, trust, by, now, crash);
};
const started = async (genesis = false, witnessed?: string): Promise<SignLog> => {
  const signing = aSigner();
  await signing.start(genesis, witnessed);
  return signing;
};
const restart = (witnessed?: string) => outcomeOf(() => started(false, witnessed));
/** A log of five leaves, signed at three and at five. */
const signedLog = async (): Promise<SignLog> => {
  const signing = await started(true);
  store.add('a', 'b', 'c');
  await signing.tick();
  store.add('d', 'e');
  await signing.tick();
  return signing;
};
const opened = (note: string) =>
  openCheckpoint(note, { ...trust, policy: '' }, { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 });
const newest = () => opened(store.checkpoints.at(-1)?.note ?? '');
const rootNow = () =>
  rootOfLeaves(
    store.rows.map(({ data }) => data),
    nodeSha256,
  );

describe('a log that grows', () => {
  it('is signed at each size over the root of its leaves', async () => {
    await signedLog();
    expect(store.checkpoints.map(({ size }) => size)).toEqual([3n, 5n]);
    expect(newest().size).toBe(5n);
    expect(Buffer.from(newest().root).equals(rootNow())).toBe(true);
  });

  it('is signed also while it is empty, and not again while nothing is added', async () => {
    const signing = await started(true);
    expect(await signing.tick()).toBe(0n);
    expect(await signing.tick()).toBeUndefined();
    store.add('a');
    expect(await signing.tick()).toBe(1n);
    expect(await signing.tick()).toBeUndefined();
  });

  it('shows its last checkpoint once more when asked to', async () => {
    const signing = await signedLog();
    await signing.heartbeat();
    expect(store.checkpoints.map(({ size }) => size)).toEqual([3n, 5n, 5n]);
  });

  it('goes on after a restart where it was', async () => {
    await signedLog();
    const again = await started();
    expect(store.checkpoints).toHaveLength(2);
    store.add('f');
    expect(await again.tick()).toBe(6n);
    expect(Buffer.from(newest().root).equals(rootNow())).toBe(true);
  });

  it('is published at the next tick when the database was away, and not a heartbeat later', async () => {
    const signing = await started(true);
    store.add('a');
    store.failures = 1;
    await expect(signing.tick()).rejects.toThrow('away');
    expect(store.checkpoints).toEqual([]);
    expect(await signing.tick()).toBe(1n);
    expect(newest().size).toBe(1n);
    expect(await signing.tick()).toBeUndefined();
  });

  it('is signed at the next tick where one failed half way', async () => {
    let fails = true;
    const signing = aSigner(signer, (point) => {
      if (point === 'signer.sign.before-state' && fails && store.rows.length > 3) throw new Error('disk full');
    });
    await signing.start(true);
    store.add('a', 'b', 'c');
    await signing.tick();
    store.add('d', 'e');
    await expect(signing.tick()).rejects.toThrow('disk full');
    fails = false;
    expect(await signing.tick()).toBe(5n);
    expect(Buffer.from(newest().root).equals(rootNow())).toBe(true);
  });

  it('may be longer than one page of leaves', async () => {
    const signing = await started(true);
    store.add(...Array.from({ length: 2_500 }, (_, i) => `leaf ${i}`));
    expect(await signing.tick()).toBe(2_500n);
    expect(Buffer.from(newest().root).equals(rootNow())).toBe(true);
    expect(await restart()).toBe('accepted');
    store.rows[1_700] = { index: 1_700n, data: Buffer.from('forged') };
    expect(await restart()).toBe('LOG_CHANGED');
  });
});

describe('what was signed is never contradicted', () => {
  it.each<[string, string, () => void]>([
    ['its end cut off', 'LOG_TRUNCATED', () => void store.rows.pop()],
    ['all of it gone', 'LOG_TRUNCATED', () => void (store.rows = [])],
    ['a leaf changed', 'LOG_CHANGED', () => void (store.rows[1] = { index: 1n, data: Buffer.from('forged') })],
    ['two leaves in another order', 'LOG_CHANGED', () => swap(1, 2)],
    ['a leaf put in between', 'LOG_CHANGED', () => insert(1)],
    ['a leaf taken out', 'LEAF_MISSING', () => void store.rows.splice(1, 1)],
    ['a leaf twice', 'LEAF_MISSING', () => void store.rows.splice(1, 0, row(1))],
  ])('%s: %s', async (_, code, spoil) => {
    await signedLog();
    spoil();
    const before = store.checkpoints.length;
    expect(await restart()).toBe(code);
    expect(store.checkpoints).toHaveLength(before);
  });

  it('also while it runs: a log that has become shorter is not signed again', async () => {
    const signing = await signedLog();
    store.rows.pop();
    expect(await outcomeOf(() => signing.tick())).toBe('LOG_TRUNCATED');
    expect(store.checkpoints).toHaveLength(2);
  });

  it('also while it runs: a log that was put back from before and has grown again since is not signed', async () => {
    const signing = await signedLog();
    store.rows = store.rows.slice(0, 3);
    store.add('x', 'y', 'z');
    expect(await outcomeOf(() => signing.tick())).toBe('LOG_CHANGED');
    expect(store.checkpoints).toHaveLength(2);
  });

  it('also while it runs: a leaf that is missing is not passed over', async () => {
    const signing = await signedLog();
    store.rows.push({ index: 6n, data: Buffer.from('g') });
    expect(await outcomeOf(() => signing.tick())).toBe('LEAF_MISSING');
  });

  it('a checkpoint of the same size over another root is a fork', async () => {
    await signedLog();
    const note = signNote(checkpointText(ORIGIN, 5n, Buffer.alloc(32, 7)), signer, nodeSha256);
    store.checkpoints = [{ size: 5n, note }];
    expect(await restart()).toBe('CHECKPOINT_FORKED');
  });

  it('a checkpoint that this log never signed is not believed', async () => {
    await signedLog();
    const note = signNote(checkpointText(ORIGIN, 5n, rootNow()), noteSigner(ORIGIN), nodeSha256);
    store.checkpoints = [{ size: 5n, note }];
    expect(await restart()).toBe('WRONG_KEY');
  });
});

describe('the state of its own', () => {
  it('is needed, but for the one time when the log begins', async () => {
    expect(await restart()).toBe('STATE_MISSING');
    expect(await outcomeOf(() => started(true))).toBe('accepted');
    await signedLog();
    await rm(file);
    expect(await restart()).toBe('STATE_MISSING');
    // Saying that the log begins does not make it begin again.
    expect(await outcomeOf(() => started(true))).toBe('STATE_MISSING');
  });

  it('is needed too where everything that was published is gone, but not the leaves', async () => {
    await signedLog();
    await rm(file);
    store.checkpoints = [];
    expect(await outcomeOf(() => started(true))).toBe('STATE_MISSING');
  });

  it('belongs to one signer: another one signs nothing by it, and goes on from it when the first has ended', async () => {
    const first = await started(true);
    store.add('a', 'b', 'c');
    await first.tick();
    // The database as it was, for the second; it grows otherwise since.
    const other = new MemoryLeafStore();
    [other.rows, other.checkpoints] = [[...store.rows], [...store.checkpoints]];
    const file2 = new StateFile(file, ORIGIN);
    const second = new SignLog(other, file2, trust, signer, now, () => undefined);
    await expect(second.start(false)).rejects.toThrow(StateInUse);
    store.add('d', 'e');
    await first.tick();
    await expect(second.start(false)).rejects.toThrow(StateInUse);
    other.add('x', 'y');
    state?.lock.release();
    // It knows what the first has signed.
    expect(await outcomeOf(() => second.start(false))).toBe('LOG_CHANGED');
    expect(other.checkpoints.map(({ size }) => size)).toEqual([3n]);
    file2.lock.release();
    expect(await restart()).toBe('accepted');
  });

  it('is not taken when it is older than what was published', async () => {
    const signing = await started(true);
    store.add('a', 'b');
    await signing.tick();
    const old = await readFile(file);
    store.add('c');
    await signing.tick();
    await writeFile(file, old);
    expect(await restart()).toBe('STATE_ROLLED_BACK');
  });

  it.each<[string, string, (text: string) => string]>([
    ['cut off', 'STATE_CORRUPT', (text) => text.slice(0, -5)],
    ['empty', 'STATE_CORRUPT', () => ''],
    ["another log's", 'STATE_CORRUPT', (text) => text.replace('"origin":"logg.', '"origin":"annan.')],
    ['a hash short', 'STATE_CORRUPT', (text) => text.replace(/\["[^"]+",/, '[')],
    ['of another size', 'STATE_CORRUPT', (text) => text.replace('"size":"5"', '"size":"7"')],
    ['of a size with as many hashes', 'CHECKPOINT_FORKED', (text) => text.replace('"size":"5"', '"size":"3"')],
    ['with another hash', 'CHECKPOINT_FORKED', (text) => text.replace(/\["[^"]{43}=/, `["${'A'.repeat(43)}=`)],
    ['with a note that was changed', 'WRONG_KEY', (text) => text.replace(/\\n5\\n/, '\\n4\\n')],
  ])('is not taken when it is %s: %s', async (_, code, spoil) => {
    await signedLog();
    const text = await readFile(file, 'utf8');
    const spoiled = spoil(text);
    expect(spoiled).not.toBe(text);
    await writeFile(file, spoiled);
    expect(await restart()).toBe(code);
  });

  it('is written before anything is published: a crash between them publishes what was remembered', async () => {
    const dying = aSigner(signer, (point) => {
      if (point === 'signer.sign.before-publish') throw new Error('power loss');
    });
    await dying.start(true);
    store.add('a', 'b');
    await expect(dying.tick()).rejects.toThrow('power loss');
    expect(store.checkpoints).toEqual([]);
    store.add('c');
    const again = await started();
    expect(store.checkpoints.map(({ size }) => size)).toEqual([2n]);
    expect(await again.tick()).toBe(3n);
  });
});

describe('a state that is lost', () => {
  const cosigned = (note: string, by = witness, at = COSIGNED): string => {
    const text = note.slice(0, note.indexOf('\n\n') + 1);
    return `${note}${cosignatureLine(text, by, BigInt(at), nodeSha256)}`;
  };
  const lost = async (): Promise<string> => {
    await signedLog();
    await rm(file);
    return cosigned(store.checkpoints.at(-1)?.note ?? '');
  };

  it('is made anew from the newest checkpoint under quorum, and from then on is as any other', async () => {
    const witnessed = await lost();
    await started(false, witnessed);
    expect(await restart()).toBe('accepted');
    store.add('f');
    const again = await started();
    expect(await again.tick()).toBe(6n);
    expect(Buffer.from(newest().root).equals(rootNow())).toBe(true);
    // Nobody else's line stands in what the log itself says.
    expect(store.checkpoints.map(({ note }) => note.split('\n— ').length)).toEqual([2, 2, 2]);
  });

  it('is remembered before anything is published', async () => {
    const witnessed = await lost();
    store.checkpoints = [];
    await started(false, witnessed);
    expect(store.checkpoints.map(({ size }) => size)).toEqual([5n]);
    expect(await restart()).toBe('accepted');
  });

  it.each<[string, string, (witnessed: string) => string | Promise<string>]>([
    ['that nobody cosigned', 'CHECKPOINT_NOT_WITNESSED', () => store.checkpoints.at(-1)?.note ?? ''],
    [
      'that somebody cosigned whom the policy does not name',
      'CHECKPOINT_NOT_WITNESSED',
      () => cosigned(store.checkpoints.at(-1)?.note ?? '', noteSigner(witness.name)),
    ],
    [
      'that the log never signed',
      'CHECKPOINT_NOT_WITNESSED',
      () => cosigned(signNote(checkpointText(ORIGIN, 5n, rootNow()), noteSigner(ORIGIN), nodeSha256)),
    ],
    ['that is none', 'CHECKPOINT_NOT_WITNESSED', () => 'x'],
    ['older than what was published', 'STATE_ROLLED_BACK', () => cosigned(store.checkpoints[0]?.note ?? '')],
    [
      'of a size that was published with another root',
      'CHECKPOINT_FORKED',
      (witnessed) => {
        const note = signNote(checkpointText(ORIGIN, 5n, Buffer.alloc(32, 7)), signer, nodeSha256);
        store.checkpoints = [{ size: 5n, note }];
        return witnessed;
      },
    ],
    [
      'of more leaves than there are',
      'LOG_TRUNCATED',
      (witnessed) => {
        store.rows.pop();
        return witnessed;
      },
    ],
    [
      'of other leaves',
      'LOG_CHANGED',
      (witnessed) => {
        store.rows[1] = { index: 1n, data: Buffer.from('forged') };
        return witnessed;
      },
    ],
  ])('is not made from a checkpoint %s: %s', async (_, code, spoil) => {
    const witnessed = await spoil(await lost());
    const before = store.checkpoints.length;
    expect(await restart(witnessed)).toBe(code);
    expect(store.checkpoints).toHaveLength(before);
    expect(await restart()).toBe('STATE_MISSING');
  });

  it.each<[string, number]>([
    ['hours ago', COSIGNED - 2 * 3600],
    ['a little more than five minutes ago', COSIGNED + 60 - 301],
    // Then it is the clock here that was put back.
    ['in hours', COSIGNED + 2 * 3600],
  ])('is not made from what was cosigned %s, though the database has no more', async (_, at) => {
    await lost();
    const [first] = store.checkpoints;
    // Both put back from before, and what the witnesses remember since is not asked for.
    store.rows = store.rows.slice(0, 3);
    store.checkpoints = store.checkpoints.slice(0, 1);
    expect(await restart(cosigned(first?.note ?? '', witness, at))).toBe('CHECKPOINT_STALE');
    expect(store.checkpoints).toHaveLength(1);
    expect(await restart()).toBe('STATE_MISSING');
  });

  it('is not made under a policy without witnesses: nobody else remembers', async () => {
    const witnessed = await lost();
    const alone = { ...trust, policy: '' };
    state?.lock.release();
    const signing = new SignLog(store, new StateFile(file, ORIGIN), alone, signer, now, () => undefined);
    expect(await outcomeOf(() => signing.start(false, witnessed))).toBe('CHECKPOINT_NOT_WITNESSED');
  });

  it('is not made in place of one that is there', async () => {
    const signing = await signedLog();
    const older = cosigned(store.checkpoints[0]?.note ?? '');
    store.add('f');
    await signing.tick();
    expect(await restart(older)).toBe('accepted');
    await writeFile(file, '');
    expect(await restart(cosigned(store.checkpoints.at(-1)?.note ?? ''))).toBe('STATE_CORRUPT');
  });
});

it('signs nothing, and remembers nothing, with a key that readers do not trust', async () => {
  const wrong = aSigner(noteSigner(ORIGIN));
  await wrong.start(true);
  store.add('a');
  expect(await outcomeOf(() => wrong.tick())).toBe('WRONG_KEY');
  expect(store.checkpoints).toEqual([]);
  expect(await restart()).toBe('STATE_MISSING');
});

const row = (index: number) => store.rows[index] ?? { index: 0n, data: Buffer.of() };
const swap = (a: number, b: number): void => {
  const [first, second] = [row(a).data, row(b).data];
  store.rows[a] = { index: BigInt(a), data: second };
  store.rows[b] = { index: BigInt(b), data: first };
};
const insert = (at: number): void => {
  const texts = store.rows.map(({ data }) => data.toString());
  store.rows = [];
  store.add(...texts.slice(0, at), 'forged', ...texts.slice(at));
};
