import type { SubscriptionState } from '#contracts';
import type { StandingOrder, StoredSubscription } from '../application/ports/subscription.js';

export interface SubscriptionRow {
  readonly message_id: string;
  readonly attempt: number;
  readonly decision_entry_id: string;
  readonly jwe_sha256: string;
  readonly subscriber: string;
  readonly scope: StoredSubscription['scope'];
  readonly case_id: string;
  readonly message_types: string[];
  readonly function: string;
  readonly type: string;
  readonly state: SubscriptionState;
  readonly asked_at: Date;
  readonly number: number;
  readonly retracted_at: Date | null;
}

export const SUBSCRIPTION_COLUMNS = `message_id, attempt, decision_entry_id, jwe_sha256, subscriber, scope, case_id, message_types, function, type, state, asked_at,
  number::float8 AS number, (SELECT t.at FROM gateway.received_retraction t WHERE (t.authority, t.message_id, t.sender, t.attempt, t.jwe_sha256)
    = (subscription.authority, subscription.message_id, subscription.subscriber, subscription.attempt, subscription.jwe_sha256)) AS retracted_at`;

export const toSubscription = (row: SubscriptionRow): StoredSubscription => ({
  messageId: row.message_id,
  attempt: row.attempt,
  decisionEntryId: row.decision_entry_id,
  jweSha256: row.jwe_sha256,
  subscriber: row.subscriber,
  scope: row.scope,
  caseId: row.case_id,
  messageTypes: row.message_types,
  function: row.function,
  type: row.type,
  state: row.state,
  askedAt: row.asked_at,
  number: row.number,
  ...(row.retracted_at === null ? {} : { retractedAt: row.retracted_at }),
});

export interface OrderRow {
  readonly id: string;
  readonly subscriber: string;
  readonly scope: StandingOrder['scope'];
  readonly message_types: string[];
  readonly office: string;
  readonly made_at: Date;
  readonly ended_at: Date | null;
}

export const toOrder = (row: OrderRow): StandingOrder => ({
  id: row.id,
  subscriber: row.subscriber,
  scope: row.scope,
  messageTypes: row.message_types,
  office: row.office,
  madeAt: row.made_at,
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
});
