import { createHash, generateKeyPairSync, hash, randomBytes, randomUUID, sign } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { ANNEX_BYTES, ENTRY_BYTES } from './log.js';

/**
 * The limit: what no log can do without. Rows are put into two tables with the indexes of leaf and opening, many in one statement, one commit a
 * batch; each leaf is a commitment and a hash, and so is each inner node; a root is signed and a file synced for each batch. No
 * tree is kept, nothing is taken from a queue, nobody is told.
 * @param url of a database in which the user may make tables
 * @param name of this run, for its tables
 * @returns leaves per second of wall time
 */
export async function bareLoop(url: string, leaves: number, batch: number, name: string): Promise<number> {
  const db = new Client({ connectionString: url });
  await db.connect();
  const dir = await mkdtemp(join(process.cwd(), '.bench-bare-'));
  try {
    await db.query(`
      CREATE TABLE bare_${name}_leaf (log text NOT NULL, index bigint NOT NULL, entry_id uuid NOT NULL, data bytea NOT NULL,
        PRIMARY KEY (log, index), UNIQUE (log, entry_id));
      CREATE TABLE bare_${name}_opening (index bigint PRIMARY KEY, entry bytea NOT NULL, blind bytea NOT NULL, annex bytea);`);
    const { privateKey } = generateKeyPairSync('ed25519');
    const file = await open(join(dir, 'state'), 'w');
    const made = Array.from({ length: leaves }, () => ({
      id: randomUUID(),
      entry: randomBytes(ENTRY_BYTES),
      blind: randomBytes(32),
      annex: randomBytes(ANNEX_BYTES),
    }));
    const begun = performance.now();
    for (let from = 0; from < leaves; from += batch) {
      const rows = made.slice(from, from + batch);
      const data = rows.map(({ entry, blind }) =>
        Buffer.concat([Buffer.of(1), createHash('sha256').update(blind).update(entry).digest()]),
      );
      let root: Buffer = Buffer.alloc(32);
      for (const leaf of data) {
        const leafHash = hash('sha256', leaf, 'buffer');
        root = hash('sha256', Buffer.concat([Buffer.of(1), root, leafHash]), 'buffer');
      }
      const at = rows.map((_, i) => String(from + i));
      await db.query('BEGIN');
      await db.query(
        `INSERT INTO bare_${name}_leaf SELECT 'disclosure', * FROM unnest($1::bigint[], $2::uuid[], $3::bytea[])`,
        [at, rows.map(({ id }) => id), data],
      );
      await db.query(
        `INSERT INTO bare_${name}_opening SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])`,
        [at, rows.map(({ entry }) => entry), rows.map(({ blind }) => blind), rows.map(({ annex }) => annex)],
      );
      await db.query('COMMIT');
      await file.write(sign(null, root, privateKey), 0, null, 0);
      await file.sync();
    }
    const seconds = (performance.now() - begun) / 1000;
    await file.close();
    return leaves / seconds;
  } finally {
    await db.end();
    await rm(dir, { recursive: true, force: true });
  }
}
