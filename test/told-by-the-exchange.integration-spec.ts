import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HintGiver } from '#persistence';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { OwnDatabases, anEntry } from './support/databases.js';

describe('an entry that is handed to the ledger', () => {
  let own: OwnDatabases;
  let ledger: Client;
  const told: string[] = [];
  beforeAll(async () => {
    own = await OwnDatabases.deploy('told');
    ledger = new Client({ connectionString: own.urls.operator.ledger });
    ledger.on('notification', ({ channel }) => void told.push(channel));
    await ledger.connect();
    for (const channel of ['ledger_pending', 'marker']) await ledger.query(`LISTEN ${channel}`);
  });
  afterAll(async () => {
    await ledger.end();
    await own.drop();
  });

  const add = (db: DataSource, log: 'disclosure' | 'keys'): Promise<unknown> => {
    const { entryId, entry, blind } = anEntry();
    return db.query(`INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ($1, $2, $3, $4)`, [
      log,
      entryId,
      entry,
      log === 'keys' ? null : blind,
    ]);
  };
  /** Waits until all that was told before has been heard. */
  const heard = async (db: DataSource): Promise<void> => {
    const before = told.filter((channel) => channel === 'marker').length;
    const marked = (async () => {
      while (told.filter((channel) => channel === 'marker').length === before) await once(ledger, 'notification');
    })();
    await db.query(`SELECT pg_notify('marker', '')`);
    await marked;
  };

  it('is told by the registry’s transaction, and by the exchange after its own', async () => {
    const exchange = await own.connect(own.urls.operator.exchange, 'exchange');
    const registry = await own.connect(own.urls.operator.registry, 'registry');
    const hints = new HintGiver(exchange, 'ledger_pending');

    // A transaction that notifies commits alone: many decisions at once would each wait for the disk in turn.
    await add(exchange, 'disclosure');
    await heard(exchange);
    expect(told).toEqual(['marker']);

    hints.tell();
    await hints.told();
    await heard(exchange);
    expect(told).toEqual(['marker', 'ledger_pending', 'marker']);

    await add(registry, 'keys');
    await heard(exchange);
    expect(told).toEqual(['marker', 'ledger_pending', 'marker', 'ledger_pending', 'marker']);
  });
});
