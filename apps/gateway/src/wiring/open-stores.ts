import type { DataSource } from 'typeorm';
import type { KeyStore } from '../keys/key-store.js';
import { PostgresAccessLog } from '../persistence/access-log.store.js';
import { PostgresAttachmentStore } from '../persistence/attachment.store.js';
import { PostgresBackfillStore } from '../persistence/backfill.store.js';
import { PostgresCallerStore } from '../persistence/caller.store.js';
import { PostgresCaseStore } from '../persistence/case.store.js';
import { PostgresCatchUpStore } from '../persistence/catch-up.store.js';
import { PostgresCorrectionStore } from '../persistence/correction.store.js';
import { PostgresDeliveryStore } from '../persistence/delivery.store.js';
import { PostgresDueStore } from '../persistence/due.store.js';
import { PostgresErasureStore } from '../persistence/erasure.store.js';
import { PostgresEventStore } from '../persistence/event.store.js';
import { PostgresFurthestEntryStore } from '../persistence/furthest-entry.store.js';
import { PostgresHandlingStore } from '../persistence/handling.store.js';
import { PostgresHeldDeliveries } from '../persistence/held-delivery.store.js';
import { PostgresIncidentStore } from '../persistence/incident.store.js';
import { PostgresLoginStore } from '../persistence/login.store.js';
import type { Outbox } from '../persistence/outbox.js';
import { PostgresPersonIndex } from '../persistence/person-index.store.js';
import { RecentOutlines } from '../persistence/recent-outlines.js';
import { PostgresRecordStore } from '../persistence/record.store.js';
import { PostgresReferralStore } from '../persistence/referral.store.js';
import { PostgresRequestDeadlines } from '../persistence/request-deadline.store.js';
import { PostgresRequestStore } from '../persistence/request.store.js';
import { PostgresRetractionStore } from '../persistence/retraction.store.js';
import { PostgresStaffStore } from '../persistence/staff.store.js';
import { PostgresSubscriptionStore } from '../persistence/subscription.store.js';
import { PostgresSystemStore } from '../persistence/system.store.js';
import { PostgresWaitingStore } from '../persistence/waiting.store.js';
import { PostgresWebhookSending } from '../persistence/webhook-sending.store.js';
import { PostgresWebhookStore } from '../persistence/webhook.store.js';
import type { NewId } from '../application/ports/time-and-ids.js';

/** All that the gateway keeps, by what it is about. */
export const openStores = (dataSource: DataSource, keys: KeyStore, outbox: Outbox, newId: NewId) => {
  const recent = new RecentOutlines();
  return {
    referrals: new PostgresReferralStore(dataSource, keys, outbox, recent),
    deliveries: new PostgresDeliveryStore(dataSource, keys, outbox),
    retractions: new PostgresRetractionStore(dataSource, outbox, recent),
    systems: new PostgresSystemStore(dataSource, () => keys.authorities),
    callers: new PostgresCallerStore(dataSource),
    members: new PostgresStaffStore(dataSource),
    logins: new PostgresLoginStore(dataSource),
    attachments: new PostgresAttachmentStore(dataSource, keys, outbox),
    dues: new PostgresDueStore(dataSource),
    furthest: new PostgresFurthestEntryStore(dataSource),
    requests: new PostgresRequestStore(dataSource, keys),
    requestDeadlines: new PostgresRequestDeadlines(dataSource),
    sendings: new PostgresWebhookSending(dataSource, keys),
    cases: new PostgresCaseStore(dataSource, keys),
    handlings: new PostgresHandlingStore(dataSource),
    persons: new PostgresPersonIndex(dataSource, keys),
    subscribed: new PostgresSubscriptionStore(dataSource, keys, outbox),
    backfills: new PostgresBackfillStore(dataSource, keys),
    waiting: new PostgresWaitingStore(dataSource),
    corrections: new PostgresCorrectionStore(dataSource),
    records: new PostgresRecordStore(dataSource, keys, outbox),
    held: new PostgresHeldDeliveries(dataSource, keys),
    toldBefore: new PostgresCatchUpStore(dataSource, keys, outbox, newId),
    events: new PostgresEventStore(dataSource),
    webhooks: new PostgresWebhookStore(dataSource, keys),
    accessLog: new PostgresAccessLog(dataSource, keys),
    incidents: new PostgresIncidentStore(dataSource),
    erasures: new PostgresErasureStore(dataSource, recent),
  };
};
export type Stores = ReturnType<typeof openStores>;
