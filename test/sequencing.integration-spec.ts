import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { nodeSha256 } from '#tlog/build';
import { disclosureLeaf, rootOfLeaves } from '#tlog/verify';
import type { DataSource } from 'typeorm';
import { Sequence } from '../apps/ledger/src/application/sequence.js';
import { LogStore } from '../apps/ledger/src/persistence/log.store.js';
import { emptyRange, appendLeaves, leafHash, rootOf } from '#tlog/build';
import { OwnDatabases, anEntry, silent } from './support/databases.js';

const PENDING = `INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', $1, $2, $3)`;
type Entry = ReturnType<typeof anEntry>;

jest.setTimeout(60_000);

describe('sequencing entries into leaves', () => {
  let databases: OwnDatabases;
  let exchange: DataSource;
  let ledger: DataSource;
  let store: LogStore;
  const sequencer = (limit: number, crash: (point: string) => void = () => undefined): Sequence =>
    new Sequence(store, limit, silent, crash);

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('sequencing');
    exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
    ledger = await databases.connect(databases.urls.operator.ledger, 'ledger');
    store = new LogStore(ledger);
  });
  afterAll(() => databases.drop());

  const entries: Entry[] = [];
  const hand = async (entry: Entry): Promise<void> => {
    await exchange.query(PENDING, [entry.entryId, entry.entry, entry.blind]);
    entries.push(entry);
  };
  const opening = async (entryId: string): Promise<object | undefined> => {
    const rows = await ledger.query<object[]>(
      `SELECT o.entry, o.blind, o.annex FROM ledger.opening o JOIN ledger.leaf l USING (index)
       WHERE l.log = 'disclosure' AND l.entry_id = $1`,
      [entryId],
    );
    return rows[0];
  };
  const leaves = async (): Promise<readonly { entryId: string; data: Buffer }[]> =>
    store.leaves('disclosure', 0n, 10_000n);

  beforeEach(() => {
    entries.length = 0;
  });

  it('makes each entry one leaf, however many sequencers run at once', async () => {
    const before = (await leaves()).length;
    await Promise.all(Array.from({ length: 300 }, () => hand(anEntry())));
    const racing = Array.from({ length: 4 }, () => sequencer(7));
    const drain = async (one: Sequence): Promise<void> => {
      while ((await one.execute('disclosure')) > 0);
    };
    await Promise.all(racing.map(drain));
    await drain(sequencer(7));
    const now = (await leaves()).slice(before);
    expect(now.map(({ entryId }) => entryId).sort()).toEqual(entries.map(({ entryId }) => entryId).sort());
    for (const { entryId, entry, blind } of entries) {
      const leaf = now.find((one) => one.entryId === entryId);
      expect(Buffer.compare(leaf?.data ?? Buffer.alloc(0), disclosureLeaf(blind, entry, nodeSha256))).toBe(0);
    }
    const [{ entryId, ...handed }] = entries as [Entry];
    expect(await opening(entryId)).toEqual({ ...handed, annex: null });
  });

  it('passes nobody by whose transaction began earlier and is committed later', async () => {
    const slow = exchange.createQueryRunner();
    await slow.connect();
    await slow.startTransaction();
    const first = anEntry();
    await slow.query(PENDING, [first.entryId, first.entry, first.blind]);
    const second = anEntry();
    await hand(second);
    expect(await sequencer(10).execute('disclosure')).toBe(1);
    await slow.commitTransaction();
    await slow.release();
    expect(await sequencer(10).execute('disclosure')).toBe(1);
    const order = (await leaves()).slice(-2).map(({ entryId }) => entryId);
    expect(order).toEqual([second.entryId, first.entryId]);
  });

  it('leaves everything where it was when it dies before its commit', async () => {
    const before = (await leaves()).length;
    const entry = anEntry();
    await hand(entry);
    const dying = sequencer(10, (point) => {
      if (point === 'ledger.sequence.before-commit') throw new Error('died here');
    });
    await expect(dying.execute('disclosure')).rejects.toThrow('died here');
    expect(await leaves()).toHaveLength(before);
    expect(await sequencer(10).execute('disclosure')).toBe(1);
    expect(await leaves()).toHaveLength(before + 1);
  });

  it('takes an entry that is a leaf already once, and never another in its place', async () => {
    const entry = anEntry();
    await hand(entry);
    await sequencer(10).execute('disclosure');
    const before = await leaves();
    await hand(entry);
    await sequencer(10).execute('disclosure');
    await hand({ ...anEntry(), entryId: entry.entryId });
    await sequencer(10).execute('disclosure');
    expect(await leaves()).toEqual(before);
    expect(await opening(entry.entryId)).toEqual({ entry: entry.entry, blind: entry.blind, annex: null });
  });

  it('takes nothing while another process has the log, and waits for nobody', async () => {
    await hand(anEntry());
    await store.transaction(async (tx) => {
      await store.lock(tx, 'disclosure');
      expect(await sequencer(10).execute('disclosure')).toBe(0);
    });
    expect(await sequencer(10).execute('disclosure')).toBe(1);
  });

  it('keeps tiles that give the same root as the leaves themselves', async () => {
    await Promise.all(Array.from({ length: 600 }, () => hand(anEntry())));
    while ((await sequencer(97).execute('disclosure')) > 0);
    const data = (await leaves()).map((leaf) => leaf.data);
    const read = store.readTile('disclosure');
    const hashes: Uint8Array[] = [];
    for (let tile = 0n; hashes.length < data.length; tile += 1n) {
      const bytes = (await read(0, tile)) ?? Buffer.alloc(0);
      for (let at = 0; at < bytes.length; at += 32) hashes.push(bytes.subarray(at, at + 32));
    }
    expect(hashes.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(
      data.map((leaf) => Buffer.from(leafHash(nodeSha256, leaf)).toString('hex')),
    );
    const range = appendLeaves(emptyRange, hashes, nodeSha256);
    expect(Buffer.from(rootOf(range, nodeSha256)).toString('hex')).toBe(
      Buffer.from(rootOfLeaves(data, nodeSha256)).toString('hex'),
    );
  });
});
