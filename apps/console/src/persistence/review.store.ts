import { parseFindingAct, parseSampleAct } from '#envelope';
import type { SampleAct } from '#envelope';
import type { DataSource, EntityManager } from 'typeorm';
import type { ActsOf, ListedSubject, NewAct, ReviewStore, Subject, SubjectKind } from '../application/review-store.js';
import type { Assignment } from '../domain/assignment.js';
import type { Kept } from '../domain/sample.js';

interface Row {
  readonly subject: string;
  readonly entry: string;
  readonly salt: Buffer;
  readonly said: string | null;
}
const COLUMNS = 'a.subject, a.entry, a.salt, a.said';

/** Samples and findings within row security: each transaction names auditor and assignment. */
export class PostgresReviewStore implements ReviewStore {
  constructor(private readonly dataSource: DataSource) {}

  async subject<K extends SubjectKind>(assignment: Assignment, kind: K, id: string): Promise<Subject<K> | undefined> {
    const rows = await this.within(assignment, (tx) =>
      tx.query<Row[]>(
        `SELECT ${COLUMNS} FROM console.review_act a JOIN console.review_subject s ON s.id = a.subject
         WHERE s.id = $1 AND s.kind = $2 ORDER BY a.seq`,
        [id, kind],
      ),
    );
    return rows.length === 0 ? undefined : { id, acts: rows.map((row) => keptIn(kind, row)) };
  }

  async list<K extends SubjectKind>(
    assignment: Assignment,
    kind: K,
    limit: number,
  ): Promise<readonly ListedSubject<K>[]> {
    const rows = await this.within(assignment, (tx) =>
      tx.query<(Row & { readonly reviewed: number })[]>(
        `WITH newest AS (
           SELECT s.id, min(a.seq) AS begun, count(DISTINCT CASE WHEN a.kind = 'item-reviewed' THEN a.said::jsonb ->> 'item' END)::int AS reviewed
           FROM console.review_subject s JOIN console.review_act a ON a.subject = s.id
           WHERE s.kind = $1 GROUP BY s.id ORDER BY begun DESC LIMIT ${limit})
         SELECT ${COLUMNS}, n.reviewed FROM newest n JOIN console.review_act a ON a.subject = n.id
         WHERE a.kind <> 'item-reviewed' ORDER BY n.begun DESC, a.seq`,
        [kind],
      ),
    );
    const listed = new Map<string, { id: string; reviewed: number; acts: Kept<ActsOf[K]>[] }>();
    for (const row of rows) {
      const one = listed.get(row.subject) ?? { id: row.subject, reviewed: row.reviewed, acts: [] };
      one.acts.push(keptIn(kind, row));
      listed.set(row.subject, one);
    }
    return [...listed.values()];
  }

  async file(assignment: Assignment, subject: string, kind: SampleAct['kind']): Promise<string | undefined> {
    const [row] = await this.within(assignment, (tx) =>
      tx.query<{ file: Buffer | null }[]>(`SELECT file FROM console.review_act WHERE subject = $1 AND kind = $2`, [
        subject,
        kind,
      ]),
    );
    return row?.file?.toString('utf8');
  }

  async colleagues(assignment: Assignment, subject: string): Promise<readonly string[]> {
    const rows = await this.within(assignment, (tx) =>
      tx.query<{ auditor: string }[]>(
        `SELECT c.auditor FROM console.review_subject s, console.colleagues(s.assignment) AS c (auditor) WHERE s.id = $1`,
        [subject],
      ),
    );
    return rows.map(({ auditor }) => auditor);
  }

  async commit(assignment: Assignment, made: NewAct): Promise<'done' | 'changed' | 'keys' | 'nonce'> {
    const { subject, subjectKind, after, act, entry, blind, keysSize, salt, said, file } = made;
    return this.within(assignment, async (tx) => {
      // Also the lock that all acts of the console take: what is counted below is still so when it is committed.
      const [, named] = await tx.query<[unknown, number]>(`UPDATE console.own_keys SET size = $1 WHERE size <= $1`, [
        keysSize.toString(),
      ]);
      if (named === 0) return 'keys';
      const [known] = await tx.query<{ acts: number }[]>(
        `SELECT count(*)::int AS acts FROM console.review_act WHERE subject = $1`,
        [subject],
      );
      if (known?.acts !== after) return 'changed';
      if (act.kind === 'sample-fixed' && !(await isFirst(tx, act.nonce))) return 'nonce';
      if (after === 0)
        await tx.query(`INSERT INTO console.review_subject (id, kind, assignment) VALUES ($1, $2, $3)`, [
          subject,
          subjectKind,
          assignment.id,
        ]);
      await tx.query(
        `INSERT INTO console.review_act (entry_id, subject, kind, auditor, at, entry, salt, said, file)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[act.entryId, subject, act.kind, act.auditor, act.at, entry, salt, said ?? null],
          file === undefined ? null : Buffer.from(file),
        ],
      );
      await tx.query(`INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', $1, $2, $3)`, [
        act.entryId,
        Buffer.from(entry, 'ascii'),
        blind,
      ]);
      return 'done';
    });
  }

  async witnessed(
    assignment: Assignment,
    subject: string,
    kind: SampleAct['kind'],
  ): Promise<{ readonly index: string; readonly size: string; readonly root: string } | undefined> {
    const [row] = await this.within(assignment, (tx) =>
      tx.query<{ index: string; size: string; root: Buffer }[]>(
        `SELECT p.index::text, c.size::text, c.root FROM console.review_act a
         JOIN console.review_place p ON p.entry_id = a.entry_id AND p.entry_sha256 = sha256(convert_to(a.entry, 'UTF8'))
         JOIN console.checkpoint c ON c.size > p.index
         WHERE a.subject = $1 AND a.kind = $2 ORDER BY p.index, c.size LIMIT 1`,
        [subject, kind],
      ),
    );
    return row === undefined ? undefined : { ...row, root: row.root.toString('base64') };
  }

  private within<T>({ auditor, id }: Assignment, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query(`SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true)`, [
        auditor,
        id,
      ]);
      return work(tx);
    });
  }
}

/** Keeps the digest of a nonce. @returns false: a sample was fixed under it before */
const isFirst = async (tx: EntityManager, digest: string): Promise<boolean> => {
  const kept = await tx.query<unknown[]>(
    `INSERT INTO console.sample_nonce (digest) VALUES ($1) ON CONFLICT DO NOTHING RETURNING digest`,
    [digest],
  );
  return kept.length > 0;
};

const keptIn = <K extends SubjectKind>(kind: K, { entry, salt, said }: Row): Kept<ActsOf[K]> => {
  const { act } = kind === 'sample' ? parseSampleAct(entry) : parseFindingAct(entry);
  return { act: act as ActsOf[K], salt: salt.toString('base64url'), ...(said === null ? {} : { said }) };
};
