import { sha256Base64url } from '#envelope';
import type { ReleaseHold } from '#envelope';
import type { EntityManager } from 'typeorm';
import type { StoredReferral } from '../application/ports/referral.js';
import type { StoredSubscription, SubscriptionSigner } from '../application/ports/subscription.js';
import { typeName } from '../domain/subscription.js';
import type { Outbox } from './outbox.js';

/** What has been accepted here and was not released, as far as its sender's gateway knows. */
export const UNRELEASED = `('accepted', 'quarantined', 'checked', 'awaiting-key')`;

/** Of what expired the one that stood then, though it is lifted by now. */
export const NEWEST_HOLD = (message: string, what: 'code' | 'recorded_at'): string =>
  `(SELECT h.${what} FROM gateway.release_hold h
    WHERE h.authority = $1 AND h.case_id = ${message}.case_id AND h.recipient = ${message}.recipient
      AND (${message}.state <> 'expired' OR h.at <= ${message}.changed_at) ORDER BY h.number DESC LIMIT 1)`;

/** SQL: holds that nothing says the exchange has, nor any later of their line. */
export const UNRECORDED = `h.recorded_at IS NULL AND h.at < $2 AND NOT EXISTS (SELECT FROM gateway.release_hold l
  WHERE (l.authority, l.case_id, l.recipient) = (h.authority, h.case_id, h.recipient) AND l.number > h.number AND l.recorded_at IS NOT NULL)`;

interface NewHold extends Pick<ReleaseHold, 'caseId' | 'recipient' | 'code'> {
  /** The subscription that it is of; absent where a case was closed. */
  readonly by?: string | undefined;
}

/** No other is said of this case and recipient from here on until the transaction ends: each has the next number. */
export const newestHold = async (
  tx: EntityManager,
  authority: string,
  caseId: string,
  recipient: string,
): Promise<{ readonly number: number; readonly code: string; readonly by: string | null } | undefined> => {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`hold ${authority} ${caseId} ${recipient}`]);
  const [newest] = await tx.query<{ number: number; code: string; by: string | null }[]>(
    `SELECT number::float8 AS number, code, by_subscription AS by FROM gateway.release_hold
     WHERE authority = $1 AND case_id = $2 AND recipient = $3 ORDER BY number DESC LIMIT 1`,
    [authority, caseId, recipient],
  );
  return newest;
};

/** Nothing is committed to the recipient from here on until the transaction ends (`gateway.accept_unheld`), and what was is seen. */
export const holding = (tx: EntityManager, authority: string, recipient: string): Promise<unknown> =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('holding ' || $1 || ' ' || $2, 0))`, [authority, recipient]);

/** Whether a recipient of it is held; from here on until the transaction ends none is who was not. */
export const isHeld = async (
  tx: EntityManager,
  { authority, caseId, type, messages }: StoredReferral,
): Promise<boolean> => {
  const recipients = messages.map(({ recipient }) => recipient);
  await tx.query(
    `SELECT pg_advisory_xact_lock_shared(hashtextextended('holding ' || $1 || ' ' || r, 0)) FROM (SELECT unnest($2::text[]) r ORDER BY r) one`,
    [authority, recipients],
  );
  const held = await tx.query<unknown[]>(`SELECT n FROM gateway.held_from($1)`, [
    JSON.stringify([{ n: 0, authority, case_id: caseId, type: typeName(type), recipients }]),
  ]);
  return held.length > 0;
};

/** Never one of before, also where a backup was put back that lacks the newest: the exchange would take its hold for another's. */
export const numberAfter = (last: number, at: Date): number => Math.max(last + 1, at.getTime());

/** Cases of which something under way is to be held: its own; of a standing one those of which something that it covers has not been released. */
export const coveredCases = async (
  tx: EntityManager,
  authority: string,
  { scope, caseId, subscriber, messageTypes }: StoredSubscription,
): Promise<readonly string[]> => {
  if (scope === 'case') return [caseId];
  const rows = await tx.query<{ case_id: string }[]>(
    `SELECT DISTINCT r.case_id FROM gateway.message m JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
     WHERE m.authority = $1 AND m.recipient = $2 AND m.state IN ${UNRELEASED} AND split_part(r.type, '/', 1) = ANY($3::text[]) ORDER BY 1`,
    [authority, subscriber, messageTypes],
  );
  return rows.map((row) => row.case_id);
};

/** Whether an officer stopped what this one would be granted beside: an overlapping subscription is suspended, or its case is held. */
export const isStopped = async (
  tx: EntityManager,
  authority: string,
  { messageId, scope, caseId, subscriber, messageTypes }: StoredSubscription,
): Promise<boolean> => {
  const [row] = await tx.query<{ stopped: boolean }[]>(
    `SELECT EXISTS (SELECT FROM gateway.subscription s WHERE s.authority = $1 AND s.message_id <> $2 AND s.subscriber = $3
         AND s.state = 'suspended' AND s.message_types && $4::text[] AND ($5::uuid IS NULL OR s.scope = 'standing' OR s.case_id = $5))
       OR coalesce((SELECT h.code FROM gateway.release_hold h
         WHERE h.authority = $1 AND h.case_id = $5 AND h.recipient = $3 ORDER BY h.number DESC LIMIT 1), 'lifted') <> 'lifted' AS stopped`,
    [authority, messageId, subscriber, messageTypes, scope === 'case' ? caseId : null],
  );
  return row?.stopped === true;
};

/**
 * Cases that are held from the subscriber and that this subscription lets go: its own, or of a standing one those that it held itself or that another held which is
 * granted again. Not those that are closed, nor what another of its subscriptions is suspended for.
 */
export const heldCases = async (
  tx: EntityManager,
  authority: string,
  { messageId, scope, caseId, subscriber }: StoredSubscription,
): Promise<readonly string[]> => {
  const rows = await tx.query<{ case_id: string }[]>(
    `SELECT case_id FROM (SELECT DISTINCT ON (case_id) case_id, code, by_subscription FROM gateway.release_hold
       WHERE authority = $1 AND recipient = $2 AND ($3::uuid IS NULL OR case_id = $3) ORDER BY case_id, number DESC) newest
     WHERE code IN ('subscription-suspended', 'subscription-ended')
       AND NOT EXISTS (SELECT FROM gateway.subscription s WHERE s.authority = $1 AND s.subscriber = $2 AND s.message_id <> $4
         AND s.state = 'suspended' AND (s.scope = 'standing' OR s.case_id = newest.case_id))
       AND ($3::uuid IS NOT NULL OR by_subscription = $4 OR EXISTS (SELECT FROM gateway.subscription s
         WHERE s.authority = $1 AND s.message_id = newest.by_subscription AND s.state = 'granted'))
     ORDER BY 1`,
    [authority, subscriber, scope === 'case' ? caseId : null, messageId],
  );
  return rows.map((row) => row.case_id);
};

export const hold = async (
  tx: EntityManager,
  outbox: Outbox,
  authority: string,
  { caseId, recipient, code, by }: NewHold,
  sign: SubscriptionSigner,
  at: Date,
): Promise<void> => {
  const newest = await newestHold(tx, authority, caseId, recipient);
  const stands = newest?.code ?? 'lifted';
  // What a closed case or another subscription holds stays theirs.
  const isTheirs = code !== 'lifted' && code !== 'case-closed' && stands !== 'lifted' && newest?.by !== by;
  if (stands === code || stands === 'case-closed' || isTheirs) return;
  await signHold(tx, outbox, authority, { caseId, recipient, code, by }, newest?.number ?? 0, sign, at);
};

export const signHold = async (
  tx: EntityManager,
  outbox: Outbox,
  authority: string,
  { caseId, recipient, code, by }: NewHold,
  last: number,
  sign: SubscriptionSigner,
  at: Date,
): Promise<void> => {
  const number = numberAfter(last, at);
  const { holdId, statement, outgoing } = await sign.hold(authority, { caseId, recipient, number, code }, at);
  await tx.query(
    `INSERT INTO gateway.release_hold (authority, case_id, recipient, number, code, by_subscription, hold_id, statement, statement_sha256, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [authority, caseId, recipient, number, code, by ?? null, holdId, statement, sha256Base64url(statement), at],
  );
  await outbox.add(tx, [outgoing]);
};
