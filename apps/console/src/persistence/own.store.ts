import type { DataSource } from 'typeorm';
import type { ActPlace, OwnStore } from '../application/own.js';
import type { OwnAct, SavedSearch } from '../application/own-ports.js';
import type { Acting } from '../application/ports.js';

interface Row {
  readonly entry_id: string;
  readonly kind: string;
  readonly at: Date;
  readonly assignment: string;
  readonly index: string | null;
  readonly shown: string | null;
  readonly query: string | null;
}

/** As far as the log's root has been computed again. */
const CHECKED = `(SELECT checked FROM console.projection)`;

/** What is an auditor's own. */
export class PostgresOwnStore implements OwnStore {
  constructor(private readonly dataSource: DataSource) {}

  async acts(auditor: string, limit: number, after?: ActPlace): Promise<readonly OwnAct[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT * FROM (
         SELECT a.entry_id, a.kind, a.at, a.assignment, a.shown, a.query, o.index FROM console.act a
           LEFT JOIN console.own_entry o ON o.entry_id = a.entry_id AND o.index < ${CHECKED} WHERE a.auditor = $1
         UNION ALL
         SELECT o.entry_id, o.kind, o.at, o.assignment, o.shown, NULL, o.index FROM console.own_entry o
           WHERE o.auditor = $1 AND o.index < ${CHECKED} AND NOT EXISTS (SELECT FROM console.act a WHERE a.entry_id = o.entry_id)) AS own
       WHERE $2::timestamptz IS NULL OR (at, entry_id) < ($2, $3::uuid) ORDER BY at DESC, entry_id DESC LIMIT ${limit}`,
      [auditor, after?.at ?? null, after?.entryId ?? null],
    );
    return rows.map(({ entry_id: entryId, kind, at, assignment, index, shown, query }) => ({
      ...{ entryId, kind, at: at.toISOString(), assignment },
      ...(index === null ? {} : { index }),
      ...(shown === null ? {} : { shown: Number(shown) }),
      ...(query === null ? {} : { query }),
    }));
  }

  async act(auditor: string, entryId: string) {
    const [row] = await this.dataSource.query<{ index: string | null; salt: Buffer | null; query: string | null }[]>(
      `SELECT o.index, a.salt, a.query FROM (SELECT $2::uuid AS id) AS asked
         LEFT JOIN console.act a ON a.entry_id = asked.id AND a.auditor = $1
         LEFT JOIN console.own_entry o ON o.entry_id = asked.id AND o.auditor = $1 AND o.index < ${CHECKED}
       WHERE a.entry_id IS NOT NULL OR o.entry_id IS NOT NULL`,
      [auditor, entryId],
    );
    if (row === undefined) return undefined;
    const { index, salt, query } = row;
    return {
      ...(index === null ? {} : { index }),
      ...(salt === null || query === null ? {} : { salt: salt.toString('base64url'), query }),
    };
  }

  async searches({ auditor, assignment }: Acting): Promise<readonly SavedSearch[]> {
    return this.dataSource.query<SavedSearch[]>(
      `SELECT id, name, query FROM console.saved_search WHERE auditor = $1 AND assignment = $2 ORDER BY name`,
      [auditor, assignment],
    );
  }

  async save({ auditor, assignment }: Acting, { id, name, query }: SavedSearch, most: number): Promise<boolean> {
    const saved = await this.dataSource.query<unknown[]>(
      `INSERT INTO console.saved_search (id, auditor, assignment, name, query) SELECT $1, $2, $3, $4, $5
       WHERE (SELECT count(*) FROM console.saved_search WHERE auditor = $2 AND assignment = $3 AND name <> $4) < $6
       ON CONFLICT (auditor, assignment, name) DO UPDATE SET query = EXCLUDED.query RETURNING id`,
      [id, auditor, assignment, name, query, most],
    );
    return saved.length > 0;
  }

  async forget({ auditor, assignment }: Acting, id: string): Promise<void> {
    await this.dataSource.query(`DELETE FROM console.saved_search WHERE id = $1 AND auditor = $2 AND assignment = $3`, [
      id,
      auditor,
      assignment,
    ]);
  }
}
