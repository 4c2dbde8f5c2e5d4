import type { CaseClosing, EventView, MessageState } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { CaseFault, CaseStore, FoundCase, NewCase, StoredCase } from '../application/ports/case.js';
import type { RosterCount } from '../domain/roster.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import { CASE_COLUMNS, RECEIVED_UNDER, toCase } from './case.rows.js';
import type { CaseRow } from './case.rows.js';
import { EVENT_COLUMNS, placeOf, toEvent } from './event.store.js';
import type { EventRow } from './event.store.js';
import { FOLLOWING, cursorOf } from './rows.js';

/** Referrals that are looked through at once. */
const PAGE = 5_000;

/** Messages of a case: those that name it, sent, received or recorded, and those that were added. @param id its parameter */
const ofCase = (id: string): string => `SELECT m.message_id FROM gateway.referral r
    JOIN gateway.message m ON m.authority = r.authority AND m.referral_id = r.id WHERE r.authority = $1 AND r.case_id = ${id}
  UNION SELECT message_id FROM gateway.delivery WHERE authority = $1 AND case_id = ${id}
  UNION SELECT message_id FROM gateway.recorded_disclosure WHERE authority = $1 AND case_id = ${id}
  UNION SELECT message_id FROM gateway.case_message WHERE authority = $1 AND case_id = ${id}`;

/**
 * Opens the cases that referrals `r` name, unless they came from others, or asked another authority for a subscription to its case. One that was rebuilt after a restore opens none: what had come before it is perhaps not here
 * again. In the order of their ids, so that two who do so at once do not wait for each other.
 */
const OPEN = (referrals: string): string => `
  INSERT INTO gateway.owned_case (authority, case_id, opened_at)
  SELECT DISTINCT ON (r.case_id) $1::text, r.case_id, r.submitted_at FROM ${referrals} r
  WHERE r.type NOT LIKE 'subscription-request/%' AND NOT EXISTS (${RECEIVED_UNDER('r.case_id')} AND d.received_at <= r.submitted_at)
    AND NOT EXISTS (SELECT FROM gateway.message m WHERE m.authority = $1 AND m.message_id = r.id AND m.referral_id = r.id)
  ORDER BY r.case_id, r.submitted_at ON CONFLICT DO NOTHING`;

/** Cases of the authorities hosted here. That a referral opens one is noted when somebody asks: intake has nothing to do with it. */
export class PostgresCaseStore implements CaseStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Pick<KeyStore, 'cipher'>,
  ) {}

  put(
    authority: string,
    { id, type, title }: NewCase,
    system: string,
    at: Date,
  ): Promise<'created' | 'named' | 'same' | 'other' | 'closed'> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const cipher = this.keys.cipher(authority);
      const detail = cipher.seal(title === undefined ? {} : { title }, 'owned_case', id);
      if ((await opened(tx, authority, id)) === undefined) {
        const inserted = await tx.query<unknown[]>(
          `INSERT INTO gateway.owned_case (authority, case_id, opened_at, type, named_at, named_by, detail)
           SELECT $1, $2, $3, $4, $3, $5, $6 WHERE NOT EXISTS (${RECEIVED_UNDER('$2')})
           ON CONFLICT DO NOTHING RETURNING 1`,
          [authority, id, at, type, system, detail],
        );
        if (inserted.length > 0) return 'created';
      }
      // None: its messages came from another authority, which owns it.
      const before = await opened(tx, authority, id, 'FOR UPDATE');
      if (before === undefined) return 'other';
      if (before.named_at !== null) {
        const is = toCase(before, cipher);
        return is.type === type && is.title === title ? 'same' : 'other';
      }
      if (before.closed_at !== null) return 'closed';
      await tx.query(
        `UPDATE gateway.owned_case SET type = $3, named_at = $4, named_by = $5, detail = $6 WHERE authority = $1 AND case_id = $2`,
        [authority, id, type, at, system, detail],
      );
      return 'named';
    });
  }

  find(authority: string, id: string): Promise<FoundCase | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const row = await opened(tx, authority, id);
      if (row === undefined) return undefined;
      const links = await tx.query<{ other_authority: string; other_case_id: string; linked_at: Date }[]>(
        `SELECT other_authority, other_case_id, linked_at FROM gateway.case_link
         WHERE authority = $1 AND case_id = $2 ORDER BY linked_at, other_authority, other_case_id`,
        [authority, id],
      );
      return {
        ...toCase(row, this.keys.cipher(authority)),
        links: links.map((link) => ({
          authority: link.other_authority,
          caseId: link.other_case_id,
          linkedAt: link.linked_at,
        })),
      };
    });
  }

  async list(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly state?: 'open' | 'closed' },
  ): Promise<readonly (StoredCase & { readonly cursor: string })[]> {
    await this.gather(authority);
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<(CaseRow & { readonly cursor: string })[]>(
        `SELECT ${CASE_COLUMNS}, txid::text || '.' || seq AS cursor FROM gateway.owned_case
         WHERE authority = $1 AND ${FOLLOWING} AND ($4::boolean IS NULL OR (closed_at IS NULL) = $4)
         ORDER BY gateway.owned_case.txid, seq LIMIT $5`,
        [authority, txid, seq, query.state === undefined ? null : query.state === 'open', query.limit],
      );
      const cipher = this.keys.cipher(authority);
      return rows.map((row) => ({ ...toCase(row, cipher), cursor: row.cursor }));
    });
  }

  add(
    authority: string,
    id: string,
    what: { readonly messageId?: string | undefined; readonly referralId?: string | undefined },
    system: string,
    at: Date,
  ): Promise<CaseFault | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const row = await opened(tx, authority, id, 'FOR UPDATE');
      if (row === undefined) return 'not-found';
      const found = await tx.query<{ message_id: string }[]>(
        `SELECT message_id FROM gateway.message WHERE authority = $1 AND (message_id = $2 OR referral_id = $3)
         UNION SELECT message_id FROM gateway.delivery WHERE authority = $1 AND message_id = $2`,
        [authority, what.messageId ?? null, what.referralId ?? null],
      );
      if (found.length === 0) return 'not-found';
      const missing = await tx.query<{ message_id: string }[]>(
        `SELECT message_id FROM unnest($3::uuid[]) AS found(message_id) WHERE message_id NOT IN (${ofCase('$2')}) ORDER BY 1`,
        [authority, id, found.map((one) => one.message_id)],
      );
      if (missing.length === 0) return undefined;
      if (row.closed_at !== null) return 'closed';
      await tx.query(
        `INSERT INTO gateway.case_message (authority, case_id, message_id, added_at, added_by) SELECT $1, $2, unnest($3::uuid[]), $4, $5`,
        [authority, id, missing.map((one) => one.message_id), at, system],
      );
      return undefined;
    });
  }

  link(
    authority: string,
    id: string,
    link: { readonly authority: string; readonly caseId: string },
    most: number,
    system: string,
    at: Date,
  ): Promise<CaseFault | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const row = await opened(tx, authority, id, 'FOR UPDATE');
      if (row === undefined) return 'not-found';
      const links = await tx.query<{ same: boolean }[]>(
        `SELECT (other_authority, other_case_id) = ($3, $4::uuid) AS same FROM gateway.case_link WHERE authority = $1 AND case_id = $2`,
        [authority, id, link.authority, link.caseId],
      );
      if (links.some(({ same }) => same)) return undefined;
      if (row.closed_at !== null) return 'closed';
      if (links.length >= most) return 'too-many-links';
      await tx.query(
        `INSERT INTO gateway.case_link (authority, case_id, other_authority, other_case_id, linked_at, linked_by)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [authority, id, link.authority, link.caseId, at, system],
      );
      return undefined;
    });
  }

  close(authority: string, id: string, reason: CaseClosing, system: string, at: Date): Promise<CaseFault | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const row = await opened(tx, authority, id, 'FOR UPDATE');
      if (row === undefined) return 'not-found';
      if (row.closed_at !== null) return row.reason === reason ? undefined : 'closed';
      await tx.query(
        `UPDATE gateway.owned_case SET closed_at = $3, closed_by = $4, reason = $5 WHERE authority = $1 AND case_id = $2`,
        [authority, id, at, system, reason],
      );
      return undefined;
    });
  }

  forgetTitle(authority: string, id: string): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const row = await opened(tx, authority, id, 'FOR UPDATE');
      if (row === undefined) return false;
      // Of one of which nothing was said there is nothing to take away.
      await tx.query(
        `UPDATE gateway.owned_case SET detail = '' WHERE authority = $1 AND case_id = $2 AND detail IS NOT NULL`,
        [authority, id],
      );
      return true;
    });
  }

  timeline(authority: string, id: string, after: string | undefined, limit: number): Promise<readonly EventView[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const { txid, seq } = after === undefined ? { txid: '0', seq: '0' } : await placeOf(tx, authority, after);
      const rows = await tx.query<EventRow[]>(
        `WITH of_case AS (${ofCase('$4')})
         SELECT ${EVENT_COLUMNS} FROM (
           SELECT * FROM gateway.event WHERE authority = $1 AND message_id = ANY(ARRAY(SELECT message_id FROM of_case))
             AND (type <> 'case.linked' OR case_id = $4)
           UNION ALL SELECT * FROM gateway.event WHERE authority = $1 AND message_id IS NULL AND case_id = $4) e
         WHERE ${FOLLOWING} ORDER BY e.txid, seq LIMIT $5`,
        [authority, txid, seq, id, limit],
      );
      return rows.map(toEvent);
    });
  }

  roster(authority: string, id: string): Promise<readonly RosterCount[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        {
          authority: string;
          type: string;
          state: MessageState;
          count: string;
          retracted: string;
          given: string;
          changed_at: Date;
        }[]
      >(
        `WITH of_case AS (${ofCase('$2')})
         SELECT m.recipient AS authority, r.type, m.state, count(*), count(t.message_id) AS retracted, count(g.message_id) AS given,
             max(m.changed_at) AS changed_at
           FROM gateway.message m JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
           LEFT JOIN gateway.retraction t ON t.authority = m.authority AND t.message_id = m.message_id
           LEFT JOIN gateway.given_another_way g ON g.authority = m.authority AND g.message_id = m.message_id
           WHERE m.authority = $1 AND m.message_id IN (SELECT message_id FROM of_case) GROUP BY 1, 2, 3
         UNION ALL
         SELECT $1, d.type, 'fetched', count(*), count(t.message_id), 0, max(d.received_at)
           FROM gateway.delivery d LEFT JOIN gateway.received_retraction t ON
             (t.authority, t.message_id, t.sender, t.attempt, t.jwe_sha256) = (d.authority, d.message_id, d.sender, d.attempt, d.jwe_sha256)
           WHERE d.authority = $1 AND d.message_id IN (SELECT message_id FROM of_case) GROUP BY d.type`,
        [authority, id],
      );
      return rows.map((row) => ({
        authority: row.authority,
        type: row.type,
        state: row.state,
        count: Number(row.count),
        retracted: Number(row.retracted),
        givenAnotherWay: Number(row.given),
        changedAt: row.changed_at,
      }));
    });
  }

  gather(authority: string): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [before] = await tx.query<{ txid: string; seq: string }[]>(
        `SELECT txid::text, seq::text FROM gateway.case_gathered WHERE authority = $1`,
        [authority],
      );
      const rows = await tx.query<{ count: string }[]>(
        `WITH page AS MATERIALIZED (
           SELECT id, case_id, submitted_at, type, txid, seq FROM gateway.referral
           WHERE authority = $1 AND ${FOLLOWING} ORDER BY gateway.referral.txid, seq LIMIT $4), opened AS (${OPEN('page')})
         INSERT INTO gateway.case_gathered AS g (authority, txid, seq)
           SELECT $1, p.txid, p.seq FROM page p ORDER BY p.txid DESC, p.seq DESC LIMIT 1
           ON CONFLICT (authority) DO UPDATE SET txid = EXCLUDED.txid, seq = EXCLUDED.seq
           WHERE (EXCLUDED.txid, EXCLUDED.seq) > (g.txid, g.seq)
         RETURNING (SELECT count(*) FROM page)`,
        [authority, before?.txid ?? '0', before?.seq ?? '0', PAGE],
      );
      return Number(rows[0]?.count ?? 0) === PAGE;
    });
  }
}

/** A case, also one that a referral opened a moment ago. */
const opened = async (
  tx: EntityManager,
  authority: string,
  id: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<CaseRow | undefined> => {
  const sql = `SELECT ${CASE_COLUMNS} FROM gateway.owned_case WHERE authority = $1 AND case_id = $2 ${lock}`;
  const [row] = await tx.query<CaseRow[]>(sql, [authority, id]);
  if (row !== undefined) return row;
  const named = `(SELECT id, case_id, submitted_at, type FROM gateway.referral WHERE authority = $1 AND case_id = $2)`;
  await tx.query(OPEN(named), [authority, id]);
  return (await tx.query<CaseRow[]>(sql, [authority, id]))[0];
};
