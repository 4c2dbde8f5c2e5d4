import { stockholmDate } from '#legal-basis';
import type { Checkpoint } from '#tlog/verify';
import type { DataSource, EntityManager } from 'typeorm';
import type { Alarm, Progress, ProjectionStore, Step } from '../application/project-log.js';
import type { Granting } from '../domain/grant.js';
import type { Projected, ProjectedDisclosure } from '../domain/project.js';
import { PARTS } from './tally.js';

/** The projection as the log's follower writes it. */
export class PostgresProjectionStore implements ProjectionStore {
  /** First days of months that are there. */
  private readonly months = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    /** Leaves that become checked, and are counted, in one transaction. */
    private readonly part = 20_000n,
  ) {}

  async progress(): Promise<Progress> {
    const [row] = await this.dataSource.query<{ size: string; hashes: Buffer; checked: string; alarm: Alarm | null }[]>(
      `SELECT size, hashes, checked, alarm FROM console.projection`,
    );
    if (row === undefined) throw new Error('console.projection has its one row from its migration');
    const { size, hashes, checked, alarm } = row;
    return {
      size: BigInt(size),
      hashes: Array.from({ length: hashes.length / 32 }, (_, at) => hashes.subarray(at * 32, at * 32 + 32)),
      checked: BigInt(checked),
      ...(alarm === null ? {} : { alarm }),
    };
  }

  async take({ from, size, hashes, entries }: Step): Promise<boolean> {
    const months = monthsOf(entries).filter((month) => !this.months.has(month));
    const isTaken = await this.dataSource.transaction(async (tx) => {
      // Taken once: whoever comes second finds another size, and the row locked until it is there.
      const [, moved] = await tx.query<[unknown, number]>(
        `UPDATE console.projection SET size = $2, hashes = $3 WHERE size = $1 AND alarm IS NULL`,
        [from.toString(), size.toString(), Buffer.concat(hashes)],
      );
      if (moved === 0) return false;
      await this.count(tx, entries);
      for (const month of months) await tx.query(`SELECT console.ensure_month($1)`, [month]);
      await disclose(tx, entries);
      await happen(tx, entries);
      await own(tx, entries);
      for (const { index, projected, grant, entrySha256 } of entries) {
        if (projected.erasure !== undefined) await erase(tx, index, projected.erasure);
        if (grant !== undefined) await assign(tx, index, grant);
        if (entrySha256 !== undefined)
          await tx.query(`INSERT INTO console.review_place (index, entry_id, entry_sha256) VALUES ($1, $2, $3)`, [
            index.toString(),
            projected.reviewEntryId,
            Buffer.from(entrySha256),
          ]);
      }
      return true;
    });
    if (isTaken) for (const month of months) this.months.add(month);
    return isTaken;
  }

  async check(checkpoint: Checkpoint, at: Date): Promise<boolean> {
    for (;;) {
      const found = await this.dataSource.transaction((tx) => checked(tx, checkpoint, at, this.part));
      if (found !== 'more') return found === 'whole';
    }
  }

  async alarm(alarm: Alarm): Promise<void> {
    await this.dataSource.query(`UPDATE console.projection SET alarm = $1`, [alarm]);
  }

  async beginAnew(): Promise<void> {
    await this.dataSource.query(`SELECT console.begin_anew()`);
  }

  private async count(tx: EntityManager, entries: Step['entries']): Promise<void> {
    const days = new Map<string, number>();
    for (const { projected } of entries) {
      if (projected.at === undefined) continue;
      const day = stockholmDate(new Date(projected.at));
      days.set(day, (days.get(day) ?? 0) + 1);
    }
    await tx.query(
      `INSERT INTO console.growth (day, entries) SELECT * FROM unnest($1::date[], $2::bigint[])
       ON CONFLICT (day) DO UPDATE SET entries = console.growth.entries + EXCLUDED.entries`,
      [[...days.keys()], [...days.values()]],
    );
  }
}

type Entries = Step['entries'];
const disclosuresIn = (entries: Entries): readonly ProjectedDisclosure[] =>
  entries.flatMap(({ projected: { disclosure } }) => (disclosure === undefined ? [] : [disclosure]));
/** First days of months, in UTC. */
const monthsOf = (entries: Entries): readonly string[] => [
  ...new Set(disclosuresIn(entries).map(({ row }) => `${row.at.slice(0, 7)}-01`)),
];
/** What one entry says of another may stand in the same step: rows first, then what came of them, in order. */
const disclose = async (tx: EntityManager, entries: Entries): Promise<void> => {
  await insertDisclosures(tx, disclosuresIn(entries));
  for (const { index, projected } of entries) await settle(tx, index, projected);
};

/** Also what a benchmark fills the table with. */
export const insertDisclosures = async (
  tx: Pick<EntityManager, 'query'>,
  disclosures: readonly ProjectedDisclosure[],
): Promise<void> => {
  if (disclosures.length === 0) return;
  const rows = disclosures.map(({ entryId, row, receiptDueAt, detail, terms }) => ({
    ...{ index: row.index, at: row.at, entry_id: entryId, record: row.record, message_id: row.messageId },
    ...{ attempt: row.attempt, number: row.number, sender: row.sender, recipient: row.recipient },
    ...{ sender_kind: row.senderKind, recipient_kind: row.recipientKind, outcome: row.outcome },
    ...{ message_type: row.messageType, kind: row.kind, force: row.force, purpose: row.purpose },
    ...{ grounds: row.grounds, versions: row.versions, reasons: row.reasons, categories: row.categories },
    ...{ officers: row.officers, case_id: row.caseId, receipt_due_at: receiptDueAt, detail, terms },
  }));
  await tx.query(
    `INSERT INTO console.disclosure (index, at, entry_id, record, message_id, attempt, number, sender, recipient, sender_kind, recipient_kind, outcome,
       message_type, kind, force, purpose, grounds, versions, reasons, categories, officers, case_id, receipt_due_at, detail, terms)
     SELECT index, at, entry_id, record, message_id, attempt, number, sender, recipient, sender_kind, recipient_kind, outcome,
       message_type, kind, force, purpose, grounds, versions, reasons, categories, officers, case_id, receipt_due_at, detail,
       array_to_tsvector(terms)
     FROM jsonb_to_recordset($1::jsonb) AS r (index bigint, at timestamptz, entry_id uuid, record text, message_id uuid, attempt int,
       number bigint, sender text, recipient text, sender_kind text, recipient_kind text, outcome text, message_type text, kind text,
       force text, purpose text, grounds text[], versions text[], reasons text[], categories text[], officers text[], case_id uuid,
       receipt_due_at timestamptz, detail jsonb, terms text[])`,
    [JSON.stringify(rows)],
  );
};

/**
 * One part of what a checkpoint covers: it is checked and counted in one, so that the tally is of what is checked and of nothing else.
 * @returns `other` when the log was followed further, or anew, meanwhile
 */
const checked = async (
  tx: EntityManager,
  { size, root, witnessedAt }: Checkpoint,
  at: Date,
  part: bigint,
): Promise<'more' | 'whole' | 'other'> => {
  const [progress] = await tx.query<{ tallied: string }[]>(
    `SELECT tallied FROM console.projection WHERE size = $1 FOR UPDATE`,
    [size.toString()],
  );
  if (progress === undefined) return 'other';
  const from = BigInt(progress.tallied);
  const until = from + part < size ? from + part : size;
  await tally(tx, from, until);
  await tx.query(`UPDATE console.projection SET checked = $1, tallied = $1`, [until.toString()]);
  if (until < size) return 'more';
  const witnessed = witnessedAt === undefined ? null : new Date(Number(witnessedAt) * 1000);
  await tx.query(
    `INSERT INTO console.checkpoint (size, root, checked_at, witnessed_at) VALUES ($1, $2, $3, $4) ON CONFLICT (size) DO NOTHING`,
    [size.toString(), Buffer.from(root), at, witnessed],
  );
  return 'whole';
};

/** First day of a span of the tally, and which part of it a day is. */
export const SPANS = [
  { table: 'tally_year', first: `date_trunc('year', day)::date`, part: 'extract(month FROM day)', parts: PARTS.year },
  { table: 'tally_month', first: `date_trunc('month', day)::date`, part: 'extract(day FROM day)', parts: PARTS.month },
] as const;
type Tallied = (typeof SPANS)[number];
/** Disclosures as the tally counts them. @param where of console.disclosure d */
const alike = ({ first, part, parts }: Tallied, where: string): string =>
  `SELECT ${first} AS first, sha256(convert_to(concat_ws(' ', terms, grounds, reasons), 'UTF8')) AS cell, sender, recipient, outcome,
     grounds, reasons, terms, count(*) AS disclosures, min(at) AS oldest, max(at) AS newest,
     ${parts.map((name, at) => `(count(*) FILTER (WHERE ${part} = ${at + 1}))::int AS ${name}`).join(', ')}
   FROM (SELECT (d.at AT TIME ZONE 'Europe/Stockholm')::date::timestamp AS day, d.at, d.sender, d.recipient, d.outcome, d.grounds, d.reasons,
           ts_delete(d.terms, ARRAY(SELECT 'officer:' || officer FROM unnest(d.officers) AS officer)) AS terms
         FROM console.disclosure d WHERE ${where}) AS found
   GROUP BY 1, sender, recipient, outcome, grounds, reasons, terms`;

/** Counts the rows from one index to before another into the tally. Also what a benchmark fills it with, span beside span. */
export const tally = async (
  tx: Pick<EntityManager, 'query'>,
  from: bigint,
  until: bigint,
  spans: readonly Tallied[] = SPANS,
): Promise<void> => {
  for (const span of spans)
    await tx.query(
      `INSERT INTO console.${span.table} AS t (first, cell, sender, recipient, outcome, grounds, reasons, terms, disclosures, oldest, newest, ${span.parts.join(', ')})
       ${alike(span, 'd.index >= $1 AND d.index < $2')}
       ON CONFLICT (first, cell) DO UPDATE SET disclosures = t.disclosures + EXCLUDED.disclosures,
         oldest = least(t.oldest, EXCLUDED.oldest), newest = greatest(t.newest, EXCLUDED.newest),
         ${span.parts.map((part) => `${part} = t.${part} + EXCLUDED.${part}`).join(', ')}`,
      [from.toString(), until.toString()],
    );
};

/** Takes out of the tally what is about to be erased and is counted in it; a cell that comes to nothing goes. */
const untally = async (tx: EntityManager, indices: readonly string[]): Promise<void> => {
  const counted = 'd.index = ANY ($1::bigint[]) AND d.index < (SELECT tallied FROM console.projection)';
  for (const span of SPANS)
    await tx.query(
      `WITH less AS MATERIALIZED (${alike(span, counted)}),
         gone AS (DELETE FROM console.${span.table} t USING less l WHERE (t.first, t.cell, t.disclosures) = (l.first, l.cell, l.disclosures))
       UPDATE console.${span.table} t SET disclosures = t.disclosures - l.disclosures, ${span.parts.map((part) => `${part} = t.${part} - l.${part}`).join(', ')} FROM less l
       WHERE (t.first, t.cell) = (l.first, l.cell) AND t.disclosures > l.disclosures`,
      [indices],
    );
  await tx.query(`SELECT set_config('delge.untallied', 'true', true)`);
};

const settle = async (tx: EntityManager, index: bigint, { received, settled }: Projected): Promise<void> => {
  if (received !== undefined)
    await tx.query(
      `UPDATE console.disclosure SET received_at = $2, receipt_due_at = NULL WHERE entry_id = $1 AND received_at IS NULL`,
      [received.decisionEntryId, received.at],
    );
  if (settled !== undefined)
    await tx.query(
      `UPDATE console.disclosure SET receipt_due_at = NULL WHERE message_id = $1 AND index < $2 AND receipt_due_at IS NOT NULL`,
      [settled, index.toString()],
    );
};

const happen = async (tx: EntityManager, entries: Step['entries']): Promise<void> => {
  const rows = entries.flatMap(({ projected: { happening } }) =>
    happening === undefined
      ? []
      : [
          {
            ...{ index: happening.index, entry_id: happening.entryId, at: happening.at, kind: happening.kind },
            ...{ message_id: happening.messageId, sender: happening.sender, recipient: happening.recipient },
            ...{ senders_alone: happening.sendersAlone, attempt: happening.attempt, outcome: happening.outcome },
            ...{ reason: happening.reason, stated_at: happening.statedAt },
          },
        ],
  );
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO console.happening (index, entry_id, at, kind, message_id, sender, recipient, senders_alone, attempt, outcome, reason, stated_at)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (index bigint, entry_id uuid, at timestamptz, kind text, message_id uuid,
       sender text, recipient text, senders_alone boolean, attempt int, outcome text, reason text, stated_at timestamptz)`,
    [JSON.stringify(rows)],
  );
};

const own = async (tx: EntityManager, entries: Step['entries']): Promise<void> => {
  const rows = entries.flatMap(({ index, projected }) =>
    projected.own === undefined ? [] : [{ ...projected.own, index: index.toString(), entry_id: projected.own.entryId }],
  );
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO console.own_entry (index, entry_id, auditor, assignment, kind, shown, at)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (index bigint, entry_id uuid, auditor text, assignment uuid, kind text, shown bigint, at timestamptz)
     ON CONFLICT (index) DO UPDATE SET entry_id = EXCLUDED.entry_id, auditor = EXCLUDED.auditor, assignment = EXCLUDED.assignment,
       kind = EXCLUDED.kind, shown = EXCLUDED.shown, at = EXCLUDED.at`,
    [JSON.stringify(rows)],
  );
};

/** When the record that stands at $1 was decided, or the last one of which what stands there came; null: not known. */
const DECIDED_AT = `coalesce((SELECT d.at FROM console.disclosure d WHERE d.index = $1::bigint),
  (SELECT d.at FROM console.happening h JOIN console.disclosure d ON d.message_id = h.message_id
     AND (h.attempt IS NULL OR d.attempt = h.attempt)
   WHERE h.index = $1::bigint AND d.index < h.index ORDER BY d.index DESC LIMIT 1))`;

/** Of what is erased its position stays, what the erasure itself says, and when it was decided. An opening can be gone before its erasure has been followed: then there is no row, and no such time. */
const erase = async (
  tx: EntityManager,
  index: bigint,
  { erased, at }: NonNullable<Projected['erasure']>,
): Promise<void> => {
  const indices = erased.map((one) => one.index);
  for (const { index: place, sender, recipient, number, kind } of erased)
    await tx.query(
      `INSERT INTO console.erased (index, sender, recipient, number, senders_alone, erasure, erased_at, at)
       VALUES ($1::bigint, $2, $3, $4, $5, $6, $7, ${DECIDED_AT}) ON CONFLICT (index) DO NOTHING`,
      [place, sender, recipient, number, kind !== undefined, index.toString(), at],
    );
  await untally(tx, indices);
  await tx.query(`DELETE FROM console.disclosure WHERE index = ANY ($1::bigint[])`, [indices]);
  await tx.query(`DELETE FROM console.happening WHERE index = ANY ($1::bigint[])`, [indices]);
};

const assign = async (tx: EntityManager, index: bigint, { at, statement, participant }: Granting): Promise<void> => {
  if (statement.kind === 'assignment-ended') {
    await tx.query(
      `UPDATE console.assignment SET ended_at = $2
       WHERE id = $1 AND ended_at IS NULL AND split_part(authorities[1], '/', 1) = $3`,
      [statement.assignment, at, participant],
    );
    return;
  }
  const { assignment, auditor, authorities, provision, diaryNumber, period, fields, expires } = statement;
  // The first that bears an id is the one: an id that comes again grants nothing.
  await tx.query(
    `INSERT INTO console.assignment (id, auditor, authorities, provision, diary_number, since, until, fields, expires, granted_at, index)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
    [
      ...[assignment, auditor, authorities, provision, diaryNumber, period.from, period.until, fields, expires, at],
      index.toString(),
    ],
  );
};
