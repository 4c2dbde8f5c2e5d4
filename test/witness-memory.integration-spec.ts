import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DisclosureLog, noteSigner } from '#testing';
import { nodeSha256, verifierKey, witnessKey } from '#tlog/build';
import type { LogTrust } from '#tlog/verify';
import { WitnessLog } from '../apps/gateway/src/application/witness-log.js';
import type { WitnessOutcome } from '../apps/gateway/src/application/witness-log.js';
import { PostgresForeignKeys } from '../apps/gateway/src/persistence/foreign-keys.store.js';
import { PostgresWitnessMemory } from '../apps/gateway/src/persistence/witnessed.store.js';
import { CheckpointStore } from '../apps/ledger/src/persistence/checkpoint.store.js';
import type { DataSource } from 'typeorm';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);

describe('what witnesses and ledger remember', () => {
  let databases: OwnDatabases;
  let memory: PostgresWitnessMemory;
  let store: CheckpointStore;
  let gateway: DataSource;
  const key = noteSigner('vittne.example/w');

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('witness');
    gateway = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    memory = new PostgresWitnessMemory(gateway);
    store = new CheckpointStore(await databases.connect(databases.urls.operator.ledger, 'ledger'));
  });
  afterAll(() => databases.drop());

  const trustOf = ({ signer }: DisclosureLog): LogTrust => ({
    origin: signer.name,
    keys: [verifierKey(signer.name, signer.publicKey, nodeSha256)],
    policy: `witness w ${witnessKey(key.name, key.publicKey, nodeSha256)}\nquorum w\n`,
  });
  const witness = (log: DisclosureLog): WitnessLog => new WitnessLog(trustOf(log), key, memory, () => new Date());

  it('are also keys that were not a gateway’s own, until somebody who has looked takes their rows away', async () => {
    const foreign = await PostgresForeignKeys.read(gateway);
    await foreign.keep('one');
    await foreign.keep('one');
    expect(foreign.kids()).toEqual(['one']);
    expect((await PostgresForeignKeys.read(gateway)).kids()).toEqual(['one']);
    await gateway.query(`DELETE FROM gateway.foreign_key WHERE kid = 'one'`);
    expect((await PostgresForeignKeys.read(gateway)).kids()).toEqual([]);
  });

  it('lets one of many processes advance, so that no two cosign what does not fit together', async () => {
    const log = new DisclosureLog(noteSigner('logg.example/race'));
    await log.fill(3);
    await witness(log).begin();
    for (let round = 0; round < 10; round += 1) {
      const processes = Array.from({ length: 8 }, () => witness(log));
      const sizes = await Promise.all(processes.map((one) => one.size()));
      expect(new Set(sizes).size).toBe(1);
      // Half of them are shown the log as it is, half of them as it is a moment later.
      const from = sizes[0] ?? 0n;
      await log.fill(1);
      const small = await log.offer(from);
      await log.fill(2);
      const large = await log.offer(from);
      const outcomes = await Promise.all(processes.map((one, nth) => one.take(nth % 2 === 0 ? small : large)));
      const cosigned = outcomes.filter(
        (one): one is Extract<WitnessOutcome, { is: 'cosigned' }> => one.is === 'cosigned',
      );
      expect(cosigned).toHaveLength(1);
      expect(await witness(log).size()).toBe(cosigned[0]?.size);
    }
  });

  it('keeps each contradiction once, proofs of any length included', async () => {
    const log = new DisclosureLog(noteSigner('logg.example/forks'));
    await log.fill(400);
    await witness(log).begin();
    const one = witness(log);
    await one.size();
    await one.take(await log.offer(0n));
    const fork = new DisclosureLog(log.signer);
    await fork.fill(399);
    await fork.append('another');
    await fork.fill(700);
    const offer = await fork.offer(400n);
    const outcomes = await Promise.all([one.take(offer), one.take(offer)]);
    expect(outcomes.map((outcome) => outcome.is)).toEqual(['forked', 'forked']);
    expect(await one.forks()).toBe(1);
  });

  it('goes over to the next checkpoint once, however many ledgers see that it is time', async () => {
    const signer = await databases.connect(databases.urls.operator.signer, 'ledger');
    for (const size of [1, 2]) {
      await signer.query(`INSERT INTO ledger.checkpoint (log, size, note) VALUES ('disclosure', $1, $2)`, [
        size,
        `note ${size}`,
      ]);
    }
    const { newest, offered } = await store.heads('disclosure');
    if (newest === undefined) throw new Error('there is no checkpoint');
    expect([newest.size, newest.note, offered]).toEqual([2n, 'note 2', undefined]);
    const begun = await Promise.all(
      Array.from({ length: 8 }, () => store.offer('disclosure', undefined, newest.id, undefined)),
    );
    expect(begun.filter((mine) => mine)).toHaveLength(1);
    expect((await store.heads('disclosure')).offered).toMatchObject({ id: newest.id, size: 2n });
  });

  it('keeps the first and the newest cosignature of each witness, and never puts an older in place of a newer', async () => {
    const at = (second: number): Date => new Date(Date.UTC(2026, 10, 24, 8, 0, second));
    for (const second of [10, 30, 20]) {
      await store.keep('disclosure', [{ size: 2n, witness: 'w', line: `line ${second}\n`, at: at(second) }]);
    }
    expect((await store.heads('disclosure')).newest?.lines).toEqual(['line 30\n']);
  });
});
