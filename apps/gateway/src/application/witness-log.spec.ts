import { describe, expect, it } from '@jest/globals';
import { DisclosureLog, MemoryWitnessMemory, noteSigner } from '#testing';
import { nodeSha256, nodeVerifyEd25519, verifierKey, witnessKey } from '#tlog/build';
import { emptyRoot, openCheckpoint } from '#tlog/verify';
import { WitnessLog, witnessKeyOf } from './witness-log.js';
import type { WitnessOutcome } from './witness-log.js';
import type { Held } from './witness-memory.js';

const signer = noteSigner('logg.example/disclosure');
const key = noteSigner('witness.example/w');
const trust = {
  origin: signer.name,
  keys: [verifierKey(signer.name, signer.publicKey, nodeSha256)],
  policy: `witness w ${witnessKey(key.name, key.publicKey, nodeSha256)}\nquorum w\n`,
};
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const now = new Date('2026-11-24T08:00:00.000Z');
const at = (): Date => now;

const aLog = async (leaves: number): Promise<DisclosureLog> => {
  const log = new DisclosureLog(signer);
  await log.fill(leaves);
  return log;
};
const aWitness = (memory = new MemoryWitnessMemory()): WitnessLog => new WitnessLog(trust, key, memory, at);
const begun = async (memory: MemoryWitnessMemory): Promise<WitnessLog> => {
  const witness = aWitness(memory);
  await witness.begin();
  return witness;
};
const offered = async (witness: WitnessLog, log: DisclosureLog): Promise<WitnessOutcome> =>
  witness.take(await log.offer((await witness.size()) ?? 0n));

describe('a witness of a log', () => {
  it('cosigns what extends all that it has cosigned, and what is the same anew', async () => {
    const memory = new MemoryWitnessMemory();
    const witness = await begun(memory);
    const log = await aLog(3);
    for (const more of [0, 0, 300]) {
      await log.fill(more);
      const outcome = await offered(witness, log);
      if (outcome.is !== 'cosigned') throw new Error(outcome.is);
      const { size, witnessedAt } = openCheckpoint(outcome.note, trust, verification);
      expect([size, witnessedAt]).toEqual([log.size, BigInt(now.getTime() / 1000)]);
      expect(witness.hasForgotten(outcome.note)).toBe(false);
    }
    expect(memory.evidence).toEqual([]);
  });

  it('cosigns no other root of the same size, and keeps both notes', async () => {
    const memory = new MemoryWitnessMemory();
    const witness = await begun(memory);
    const log = await aLog(5);
    await offered(witness, log);
    const fork = await aLog(4);
    await fork.append('another');
    const offer = await fork.offer(5n);
    expect(await witness.take(offer)).toEqual({ is: 'forked', code: 'FORKED', size: 5n, isNew: true });
    expect(await witness.take(offer)).toMatchObject({ is: 'forked', isNew: false });
    expect(memory.evidence).toEqual([{ origin: signer.name, code: 'FORKED', held: log.checkpoint(), offered: offer }]);
    // The log that it knows goes on.
    await log.fill(1);
    expect(await offered(witness, log)).toMatchObject({ is: 'cosigned', size: 6n });
  });

  it('cosigns no larger log that does not extend its own', async () => {
    const memory = new MemoryWitnessMemory();
    const witness = await begun(memory);
    await offered(witness, await aLog(5));
    const fork = await aLog(4);
    await fork.append('another');
    await fork.fill(9);
    expect(await offered(witness, fork)).toMatchObject({ is: 'forked', code: 'INCONSISTENT' });
    expect([await witness.size(), await witness.forks()]).toEqual([5n, 1]);
  });

  it.each<[string, string, (log: DisclosureLog) => Promise<string>]>([
    ['is smaller', 'WRONG_SIZE', async () => (await aLog(2)).offer(2n)],
    ['is proven from another size', 'WRONG_SIZE', (log) => log.offer(2n)],
    [
      'another key signed',
      'NO_LOG_SIGNATURE',
      async (log) => `old 3\n\n${log.checkpoint(3n, log.root, noteSigner(signer.name))}`,
    ],
    ['is of another log', 'WRONG_ORIGIN', async () => new DisclosureLog(noteSigner('logg.example/keys')).offer(0n)],
    ['cannot be read', 'MALFORMED_PROOF', async () => 'old 03\n\nx'],
  ])('refuses without evidence what %s: %s', async (_, code, make) => {
    const memory = new MemoryWitnessMemory();
    const witness = await begun(memory);
    const log = await aLog(3);
    await offered(witness, log);
    expect(await witness.take(await make(log))).toEqual({ is: 'refused', code });
    expect(memory.evidence).toEqual([]);
  });

  it('never cosigns a rollback, however many of its processes are asked at once', async () => {
    const memory = new MemoryWitnessMemory();
    await begun(memory);
    const [small, large] = [await aLog(4), await aLog(4)];
    await large.fill(0);
    const processes = await Promise.all(Array.from({ length: 8 }, () => aWitness(memory)));
    await Promise.all(processes.map((one) => one.size()));
    await large.fill(3);
    const outcomes = await Promise.all(processes.map((one, nth) => offered(one, nth % 2 === 0 ? small : large)));
    // Both were checked against the same memory; the memory took one of them.
    expect(outcomes.filter(({ is }) => is === 'cosigned')).toHaveLength(1);
    expect(outcomes.filter(({ is }) => is === 'overtaken')).toHaveLength(7);
  });

  it('signs by the key that the policy names, whichever came later, and says so when it holds none that it names', () => {
    const newer = noteSigner('witness.example/w');
    expect(witnessKeyOf(trust.policy, [newer, key])).toBe(key);
    expect(witnessKeyOf(trust.policy, [newer])).toBe(newer);
    const memory = new MemoryWitnessMemory();
    expect(new WitnessLog(trust, newer, memory, at).isPassedOver('w')).toBe(true);
    expect(new WitnessLog(trust, newer, memory, at).isPassedOver('x')).toBe(false);
    expect(new WitnessLog(trust, key, memory, at).isPassedOver('w')).toBe(false);
  });

  it('remembers nothing before it was told to begin, and cosigns nothing then', async () => {
    const witness = aWitness();
    expect(await witness.size()).toBeUndefined();
    expect(await witness.take(await (await aLog(1)).offer(0n))).toEqual({ is: 'overtaken' });
  });

  it.each<[string, Held | undefined]>([
    ['is gone', undefined],
    ['is of before', { size: 0n, root: Buffer.alloc(32), note: '' }],
  ])('knows by its own cosignature that its memory %s', async (_, before) => {
    const witness = await begun(new MemoryWitnessMemory());
    const outcome = await offered(witness, await aLog(2));
    if (outcome.is !== 'cosigned') throw new Error(outcome.is);
    const memory = new MemoryWitnessMemory();
    if (before !== undefined) memory.byOrigin.set(signer.name, before);
    const again = aWitness(memory);
    await again.size();
    expect(again.hasForgotten(outcome.note)).toBe(true);
  });

  it.each<[string, (log: DisclosureLog) => Held | undefined]>([
    ['smaller', () => ({ size: 0n, root: emptyRoot(nodeSha256), note: '' })],
    ['of the same size with another root', (log) => ({ size: 5n, root: Buffer.alloc(32, 7), note: log.checkpoint() })],
    ['gone', () => undefined],
  ])('cosigns nothing any more when its memory is put back while it runs, and is %s', async (_, before) => {
    const memory = new MemoryWitnessMemory();
    const witness = await begun(memory);
    const log = await aLog(5);
    expect(await offered(witness, log)).toMatchObject({ is: 'cosigned' });
    const putBack = before(log);
    if (putBack === undefined) memory.byOrigin.delete(signer.name);
    else memory.byOrigin.set(signer.name, putBack);
    // The idle round finds another memory than it had.
    expect(await witness.take(await log.offer(5n))).toEqual({ is: 'overtaken' });
    expect(await witness.size()).toBeUndefined();
    const fork = await aLog(4);
    await fork.append('another');
    await fork.fill(2);
    expect(await witness.take(await fork.offer(putBack?.size ?? 0n))).toEqual({ is: 'overtaken' });
    // Also when the memory has caught up since: on which tree, it cannot know.
    memory.byOrigin.set(signer.name, { size: fork.size, root: fork.root, note: fork.checkpoint() });
    expect(await witness.size()).toBeUndefined();
    expect(await witness.take(await fork.offer(fork.size))).toEqual({ is: 'overtaken' });
  });

  it('sees, and does not cosign, where no policy asks for it', async () => {
    const memory = new MemoryWitnessMemory();
    const witness = new WitnessLog({ ...trust, policy: '' }, key, memory, at);
    await witness.begin();
    expect(await offered(witness, await aLog(2))).toEqual({ is: 'seen', size: 2n });
  });
});
