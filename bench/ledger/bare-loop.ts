import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { ProcessorTime } from '../processor-time.js';
import { nextEntries } from './entries.js';

export interface Limit {
  /** Leaves per second of wall time. */
  readonly perSecond: number;
  /** Leaves per second of processor time, the database's included. */
  readonly perProcessorSecond: number;
}

/**
 * The limit: what no log can do without. Rows that wait in a table with the indexes of `pending` are moved, many in one statement, into two tables
 * with the indexes of leaf and opening, one commit a batch; each leaf is a commitment and a hash, and so is each inner node; a root is signed
 * and a file synced for each batch. No tree is kept, nothing is looked up, nobody is told.
 * @param url of a database in which the user may make tables
 * @param name of this run, for its tables
 */
export async function bareLoop(url: string, leaves: number, batch: number, name: string): Promise<Limit> {
  const db = new Client({ connectionString: url });
  await db.connect();
  const dir = await mkdtemp(join(process.cwd(), '.bench-bare-'));
  try {
    await db.query(`
      CREATE TABLE bare_${name}_pending (log text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, entry_id uuid NOT NULL,
        entry bytea NOT NULL, blind bytea NOT NULL, annex bytea, PRIMARY KEY (log, id), UNIQUE (log, entry_id));
      CREATE TABLE bare_${name}_leaf (log text NOT NULL, index bigint NOT NULL, entry_id uuid NOT NULL, data bytea NOT NULL,
        PRIMARY KEY (log, index), UNIQUE (log, entry_id));
      CREATE TABLE bare_${name}_opening (index bigint PRIMARY KEY, entry bytea NOT NULL, blind bytea NOT NULL, annex bytea);`);
    for (let done = 0; done < leaves; done += batch) {
      const { sql, values } = nextEntries(Math.min(batch, leaves - done));
      await db.query(`INSERT INTO bare_${name}_pending (log, entry_id, entry, blind, annex) ${sql}`, values);
    }
    const { privateKey } = generateKeyPairSync('ed25519');
    const file = await open(join(dir, 'state'), 'w');
    const processor = await ProcessorTime.begin(db);
    const begun = performance.now();
    for (let from = 0; from < leaves; from += batch) {
      await db.query('BEGIN');
      const { rows } = await db.query<{ data: Buffer }>(
        `WITH taken AS (
           DELETE FROM bare_${name}_pending WHERE log = 'disclosure' AND id > $1 AND id <= $1 + $2 RETURNING *),
         fresh AS (SELECT *, sha256(blind || entry) AS data FROM taken),
         leaf AS (INSERT INTO bare_${name}_leaf SELECT log, id, entry_id, data FROM fresh),
         opening AS (INSERT INTO bare_${name}_opening SELECT id, entry, blind, annex FROM fresh)
         SELECT data FROM fresh`,
        [from, batch],
      );
      await db.query('COMMIT');
      let root: Buffer = Buffer.alloc(32);
      for (const { data } of rows) {
        const leafHash = hash('sha256', data, 'buffer');
        root = hash('sha256', Buffer.concat([Buffer.of(1), root, leafHash]), 'buffer');
      }
      await file.write(sign(null, root, privateKey), 0, null, 0);
      await file.sync();
    }
    const seconds = (performance.now() - begun) / 1000;
    const { own, server } = processor.seconds;
    await file.close();
    return { perSecond: leaves / seconds, perProcessorSecond: leaves / (own + server) };
  } finally {
    await db.end();
    await rm(dir, { recursive: true, force: true });
  }
}
