import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataSource } from 'typeorm';
import type { Place } from '../application/disclosure-store.js';
import type { ExportFormat, ExportView } from '../application/export-ports.js';
import type { ExportEnd, ExportJob, ExportStore, NewExport } from '../application/exports.js';
import type { Acting } from '../application/ports.js';

/** How long a process that has taken a job, or added a part to it, has it. */
const LEASE = `interval '30 seconds'`;
const REST = `interval '5 seconds'`;
/** Taken so often without a part added, it is given up. */
const MOST_TRIES = 50;
const [NONCE, TAG] = [12, 16];
const ALGORITHM = 'aes-256-gcm';

interface Row {
  readonly id: string;
  readonly auditor: string;
  readonly assignment: string;
  readonly format: ExportFormat;
  readonly query: string;
  readonly lang: 'sv' | 'en';
  readonly state: ExportView['state'];
  readonly asked_at: Date;
  readonly ends_at: Date;
  readonly expected: string | null;
  readonly size: string;
  readonly root: string;
  readonly parts: number;
  readonly messages: readonly string[] | null;
  readonly rows: string;
  readonly after_at: Date | null;
  readonly after_index: string | null;
  readonly entry_id: string | null;
  readonly cover: string | null;
  readonly file_name: string | null;
  readonly octets: string | null;
  readonly sha256: string | null;
}

/** Exports and their parts, each part compressed and sealed for its place. */
export class PostgresExportStore implements ExportStore {
  private readonly key: Buffer;

  /** @param secret that is not in the database, 32 octets or more */
  constructor(
    private readonly dataSource: DataSource,
    secret: Uint8Array,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'delge console export', 32));
  }

  async begin(job: NewExport): Promise<void> {
    const { id, auditor, assignment, format, query, lang, askedAt, endsAt, expected, checkpoint } = job;
    await this.dataSource.query(
      `INSERT INTO console.export (id, auditor, assignment, format, query, lang, asked_at, ends_at, expected, size, root)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [id, auditor, assignment, format, query, lang, askedAt, endsAt, expected, checkpoint.size, checkpoint.root],
    );
  }

  async running(auditor: string): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM console.export WHERE auditor = $1 AND state = 'running'`,
      [auditor],
    );
    return row?.count ?? 0;
  }

  async find({ auditor, assignment }: Acting, id: string): Promise<ExportJob | undefined> {
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT * FROM console.export WHERE id = $1 AND auditor = $2 AND assignment = $3`,
      [id, auditor, assignment],
    );
    return row === undefined ? undefined : jobIn(row);
  }

  async take(): Promise<ExportJob | undefined> {
    const [rows] = await this.dataSource.query<[Row[], number]>(
      `UPDATE console.export SET taken_until = now() + ${LEASE}, tries = tries + 1,
         state = CASE WHEN tries >= ${MOST_TRIES} THEN 'failed' ELSE state END
       WHERE id = (SELECT id FROM console.export WHERE state = 'running' AND (taken_until IS NULL OR taken_until < now())
         ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
    );
    const [row] = rows;
    return row === undefined || row.state !== 'running' ? undefined : jobIn(row);
  }

  async add(id: string, part: number, bytes: Uint8Array, rows: number, after?: Place): Promise<boolean> {
    const sealed = await this.sealed(id, part, bytes);
    return this.dataSource.transaction(async (tx) => {
      const [, changed] = await tx.query<[unknown, number]>(
        `UPDATE console.export SET parts = $2 + 1, rows = $3, after_at = $4, after_index = $5, tries = 0, taken_until = now() + ${LEASE}
         WHERE id = $1 AND parts = $2 AND state = 'running'`,
        [id, part, rows, after?.at, after?.index],
      );
      if (changed === 0) return false;
      await tx.query(`INSERT INTO console.export_part (export, part, sealed) VALUES ($1, $2, $3)`, [id, part, sealed]);
      return true;
    });
  }

  async *parts({ id }: Pick<ExportJob, 'id'>): AsyncGenerator<Uint8Array> {
    const [job] = await this.dataSource.query<{ parts: number }[]>(`SELECT parts FROM console.export WHERE id = $1`, [
      id,
    ]);
    for (let part = 0; part < (job?.parts ?? 0); part += 1) {
      const [row] = await this.dataSource.query<{ sealed: Buffer }[]>(
        `SELECT sealed FROM console.export_part WHERE export = $1 AND part = $2`,
        [id, part],
      );
      if (row === undefined) throw new Error(`part ${part} of an export is gone`);
      yield await this.opened(id, part, row.sealed);
    }
  }

  async plan(id: string, messages: readonly string[]): Promise<readonly string[]> {
    const [rows] = await this.dataSource.query<[{ messages: readonly string[] }[], number]>(
      `UPDATE console.export SET messages = coalesce(messages, $2), expected = cardinality(coalesce(messages, $2)),
         taken_until = now() + ${LEASE} WHERE id = $1 RETURNING messages`,
      [id, messages],
    );
    return rows[0]?.messages ?? [];
  }

  async end(
    { id, state: before }: Pick<ExportJob, 'id' | 'state'>,
    { state, rows, entryId, cover, made }: ExportEnd,
  ): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [, changed] = await tx.query<[unknown, number]>(
        `UPDATE console.export SET state = $2, rows = coalesce($3, rows), entry_id = coalesce($4, entry_id), cover = coalesce($5, cover),
           file_name = coalesce($6, file_name), octets = coalesce($7, octets), sha256 = coalesce($8, sha256) WHERE id = $1 AND state = $9`,
        [id, state, rows, entryId, cover, made?.fileName, made?.octets, made?.sha256, before],
      );
      if (changed > 0 && state !== 'made') await tx.query(`DELETE FROM console.export_part WHERE export = $1`, [id]);
    });
  }

  async later(id: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE console.export SET taken_until = now() + ${REST}, tries = tries - 1 WHERE id = $1`,
      [id],
    );
  }

  async clear(now: Date): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [ended] = await tx.query<[{ id: string }[], number]>(
        `UPDATE console.export x SET state = 'ended' WHERE state IN ('made', 'running')
           AND (ends_at <= $1 OR EXISTS (SELECT FROM console.assignment a JOIN console.erased e
             ON e.sender = ANY (a.authorities) OR e.recipient = ANY (a.authorities)
             WHERE a.id = x.assignment AND e.erasure >= x.size)) RETURNING id`,
        [now],
      );
      await tx.query(
        `DELETE FROM console.export_part p USING console.export e WHERE e.id = p.export AND (e.state = 'failed' OR e.id = ANY ($1::uuid[]))`,
        [ended.map(({ id }) => id)],
      );
    });
  }

  private async sealed(id: string, part: number, bytes: Uint8Array): Promise<Buffer> {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce).setAAD(placeOf(id, part));
    const compressed = await promisify(gzip)(bytes);
    return Buffer.concat([nonce, cipher.update(compressed), cipher.final(), cipher.getAuthTag()]);
  }

  private async opened(id: string, part: number, sealed: Buffer): Promise<Uint8Array> {
    const decipher = createDecipheriv(ALGORITHM, this.key, sealed.subarray(0, NONCE))
      .setAAD(placeOf(id, part))
      .setAuthTag(sealed.subarray(-TAG));
    const compressed = Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
    return promisify(gunzip)(compressed);
  }
}

const placeOf = (id: string, part: number): Buffer => Buffer.from(`${id} ${part}`);

const jobIn = (row: Row): ExportJob => ({
  ...{ id: row.id, auditor: row.auditor, assignment: row.assignment, format: row.format, query: row.query },
  ...{ lang: row.lang, state: row.state, askedAt: row.asked_at, endsAt: row.ends_at, parts: row.parts },
  rows: Number(row.rows),
  checkpoint: { size: row.size, root: row.root },
  ...(row.messages === null ? {} : { messages: row.messages }),
  ...(row.expected === null ? {} : { expected: Number(row.expected) }),
  ...(row.after_at === null || row.after_index === null
    ? {}
    : { after: { at: row.after_at.toISOString(), index: row.after_index } }),
  ...(row.entry_id === null ? {} : { entryId: row.entry_id }),
  ...(row.cover === null ? {} : { cover: row.cover }),
  ...(row.file_name === null || row.octets === null || row.sha256 === null
    ? {}
    : { made: { fileName: row.file_name, octets: Number(row.octets), sha256: row.sha256 } }),
});
