import type { RecordState } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { DecidedErasure, ErasureStore, ErasureSubject, UnreportedErasure } from '../application/ports/erasure.js';
import { isEnded } from '../domain/message-state.js';
import type { MessageState } from '../domain/message-state.js';
import { isRecordEnded } from '../domain/record-state.js';
import { alone, asAuthority } from './authority-transaction.js';
import { RecentOutlines } from './recent-outlines.js';

interface SentRow {
  readonly referral_id: string;
  readonly case_id: string;
  readonly state: MessageState;
  readonly erased_at: Date | null;
}

/** What is erased, as sender and as recipient. Each method is one transaction as one authority. */
export class PostgresErasureStore implements ErasureStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly recent = new RecentOutlines(),
  ) {}

  subject(authority: string, messageId: string): Promise<ErasureSubject | undefined> {
    return asAuthority(this.dataSource, authority, (tx) => this.find(tx, authority, messageId));
  }

  async erase(authority: string, { decisionId, messageId, statement, at }: DecidedErasure): Promise<boolean> {
    const erased = await asAuthority(this.dataSource, authority, async (tx) => {
      const values = [authority, messageId];
      await alone(tx, messageId);
      // Before the message, as whoever replaces a referral locks them: its messages of then may be others now.
      await tx.query(
        `SELECT FROM gateway.referral WHERE authority = $1 AND id = (
           SELECT referral_id FROM gateway.message WHERE authority = $1 AND message_id = $2) FOR UPDATE`,
        values,
      );
      const [message] = await tx.query<SentRow[]>(
        `SELECT referral_id, state FROM gateway.message WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
        values,
      );
      if (message !== undefined && !isEnded(message.state)) return false;
      const [record] = await tx.query<{ state: RecordState }[]>(
        `SELECT state FROM gateway.recorded_disclosure WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
        values,
      );
      if (record !== undefined && !isRecordEnded(record.state)) return false;
      await tx.query(
        `INSERT INTO gateway.erasure (authority, decision_id, message_id, statement, erased_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [authority, decisionId, messageId, statement, at],
      );
      await tx.query(
        `UPDATE gateway.message SET detail = '', erased_at = coalesce(erased_at, $3) WHERE authority = $1 AND message_id = $2`,
        [...values, at],
      );
      await tx.query(
        `UPDATE gateway.recorded_disclosure SET detail = '', body_digest = '', entry_id = NULL, notice = NULL, blind = NULL, proof = NULL,
           erased_at = coalesce(erased_at, $3) WHERE authority = $1 AND message_id = $2`,
        [...values, at],
      );
      await tx.query(`DELETE FROM gateway.earlier_attempt WHERE authority = $1 AND message_id = $2`, values);
      await tx.query(`DELETE FROM gateway.attachment_outgoing WHERE authority = $1 AND message_id = $2`, values);
      await tx.query(`DELETE FROM gateway.statement WHERE authority = $1 AND message_id = $2`, values);
      for (const table of ['retraction', 'received_retraction', 'given_another_way'])
        await tx.query(`DELETE FROM gateway.${table} WHERE authority = $1 AND message_id = $2`, values);
      await tx.query(`DELETE FROM gateway.due WHERE authority = $1 AND message_id = $2`, values);
      // Its fingerprint is a digest of claims.
      await tx.query(
        `UPDATE gateway.refusal SET statement = '', fingerprint = refusal_id::text WHERE authority = $1 AND message_id = $2`,
        values,
      );
      if (message !== undefined) {
        // Whoever read it before, and would replace it, has what no longer stands.
        await tx.query(`UPDATE gateway.referral SET version = gen_random_uuid() WHERE authority = $1 AND id = $2`, [
          authority,
          message.referral_id,
        ]);
        // One body for all recipients: it goes with the last of their messages.
        await tx.query(
          `UPDATE gateway.referral SET body = '', assessments = '', body_digest = '', erased_at = coalesce(erased_at, $3)
           WHERE authority = $1 AND id = $2 AND NOT EXISTS (
             SELECT FROM gateway.message WHERE authority = $1 AND referral_id = $2 AND erased_at IS NULL)`,
          [authority, message.referral_id, at],
        );
        // One upload for all recipients too, and perhaps for other referrals: it is deleted when all of them have ended.
        await tx.query(
          `UPDATE gateway.attachment a SET expires_at = least(expires_at, $3) FROM gateway.attachment_use u
           WHERE u.authority = $1 AND u.referral_id = $2 AND a.authority = $1 AND a.id = u.attachment_id`,
          [authority, message.referral_id, at],
        );
      }
      await tx.query(
        `UPDATE gateway.delivery SET detail = '', erased_at = coalesce(erased_at, $3) WHERE authority = $1 AND message_id = $2`,
        [...values, at],
      );
      await tx.query(
        `UPDATE gateway.delivery_receipt SET receipt = '', detail = '' WHERE authority = $1 AND message_id = $2`,
        values,
      );
      // After its rows are written: whoever looks them through for the index holds them until then.
      await tx.query(`DELETE FROM gateway.person_index WHERE authority = $1 AND message_id = $2`, values);
      // Which ciphertext it was stays, since it stays rejected when it comes again.
      await tx.query(`UPDATE gateway.rejection SET receipt = '' WHERE authority = $1 AND message_id = $2`, values);
      return true;
    });
    if (erased) this.recent.forget(authority, messageId);
    return erased;
  }

  async decisions(authority: string, messageId: string): Promise<readonly string[]> {
    const rows = await asAuthority(this.dataSource, authority, (tx) =>
      tx.query<{ statement: string }[]>(
        `SELECT statement FROM gateway.erasure WHERE authority = $1 AND message_id = $2 ORDER BY erased_at, decision_id`,
        [authority, messageId],
      ),
    );
    return rows.map(({ statement }) => statement);
  }

  async unreported(authority: string, after?: string): Promise<readonly UnreportedErasure[]> {
    const rows = await asAuthority(this.dataSource, authority, (tx) =>
      tx.query<{ decision_id: string; message_id: string; erased_at: Date }[]>(
        `SELECT decision_id, message_id, erased_at FROM gateway.erasure
         WHERE authority = $1 AND reported_at IS NULL AND ($2::uuid IS NULL OR decision_id > $2) ORDER BY decision_id LIMIT 100`,
        [authority, after ?? null],
      ),
    );
    return rows.map((row) => ({ decisionId: row.decision_id, messageId: row.message_id, at: row.erased_at }));
  }

  async reported(authority: string, decisionId: string, at: Date): Promise<void> {
    await asAuthority(this.dataSource, authority, (tx) =>
      tx.query(`UPDATE gateway.erasure SET reported_at = $3 WHERE authority = $1 AND decision_id = $2`, [
        authority,
        decisionId,
        at,
      ]),
    );
  }

  private async find(tx: EntityManager, authority: string, messageId: string): Promise<ErasureSubject | undefined> {
    const values = [authority, messageId];
    const [sent] = await tx.query<SentRow[]>(
      `SELECT m.referral_id, r.case_id, m.state, m.erased_at FROM gateway.message m
       JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
       WHERE m.authority = $1 AND m.message_id = $2`,
      values,
    );
    const refusals = await tx.query<{ statement: string }[]>(
      `SELECT statement FROM gateway.refusal WHERE authority = $1 AND message_id = $2`,
      values,
    );
    if (sent !== undefined || refusals.length > 0) {
      return {
        ended: sent === undefined || isEnded(sent.state),
        refusals: refusals.map(({ statement }) => statement).filter((statement) => statement !== ''),
        ...(sent === undefined ? {} : { caseId: sent.case_id }),
        ...(sent === undefined || sent.erased_at === null ? {} : { erasedAt: sent.erased_at }),
      };
    }
    const [record] = await tx.query<{ case_id: string; state: RecordState; erased_at: Date | null }[]>(
      `SELECT case_id, state, erased_at FROM gateway.recorded_disclosure WHERE authority = $1 AND message_id = $2`,
      values,
    );
    if (record !== undefined) {
      const { case_id: caseId, state, erased_at: at } = record;
      return { ended: isRecordEnded(state), refusals: [], caseId, ...(at === null ? {} : { erasedAt: at }) };
    }
    const [received] = await tx.query<{ case_id: string; erased_at: Date | null }[]>(
      `SELECT case_id, erased_at FROM gateway.delivery WHERE authority = $1 AND message_id = $2`,
      values,
    );
    if (received === undefined) return undefined;
    const { case_id: caseId, erased_at: at } = received;
    return { ended: true, refusals: [], caseId, ...(at === null ? {} : { erasedAt: at }) };
  }
}
