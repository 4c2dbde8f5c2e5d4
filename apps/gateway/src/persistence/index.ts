import type { MixedList } from 'typeorm';
import { Gateway1763900000000 } from './migrations/1763900000000-gateway.js';
import { RejectionByDecision1763986400000 } from './migrations/1763986400000-rejection-by-decision.js';
import { RuleSets1764072800000 } from './migrations/1764072800000-rule-sets.js';
import { Witness1764500000000 } from './migrations/1764500000000-witness.js';
import { ErasuresOfMessages1764900000000 } from './migrations/1764900000000-erasures.js';
import { ErasureByMessage1765200000000 } from './migrations/1765200000000-erasure-by-message.js';
import { ErasureReports1765300000000 } from './migrations/1765300000000-erasure-reports.js';
import { ForeignKeys1765400000000 } from './migrations/1765400000000-foreign-keys.js';
import { Dues1765500000000 } from './migrations/1765500000000-dues.js';
import { Attempts1765610000000 } from './migrations/1765610000000-attempts.js';
import { Attachments1766000000000 } from './migrations/1766000000000-attachments.js';
import { Retractions1766100000000 } from './migrations/1766100000000-retractions.js';
import { Incidents1766200000000 } from './migrations/1766200000000-incidents.js';
import { FurthestEntry1766500000000 } from './migrations/1766500000000-furthest-entry.js';
import { Together1767100000000 } from './migrations/1767100000000-together.js';
import { Suspects1767110000000 } from './migrations/1767110000000-suspects.js';
import { Waiting1767150000000 } from './migrations/1767150000000-waiting.js';
import { Uncompressed1767200000000 } from './migrations/1767200000000-uncompressed.js';
import { QuarantinedDeliveries1767250000000 } from './migrations/1767250000000-quarantined-deliveries.js';
import { SuspectRuns1767260000000 } from './migrations/1767260000000-suspect-runs.js';
import { CatchUp1767300000000 } from './migrations/1767300000000-catch-up.js';
import { ShortBoxes1767310000000 } from './migrations/1767310000000-short-boxes.js';
import { OctetsBeside1767320000000 } from './migrations/1767320000000-octets-beside.js';
import { OutboxByKey1767335000000 } from './migrations/1767335000000-outbox-by-key.js';
import { Events1768000000000 } from './migrations/1768000000000-events.js';
import {
  EventsOfDeliveries1768000004000,
  EventsOfDues1768000003000,
  EventsOfIncidentClocks1768000007000,
  EventsOfIncidents1768000006000,
  EventsOfMessages1768000001000,
  EventsOfRetractions1768000005000,
  EventsOfStatements1768000002000,
} from './migrations/1768000001000-events-told.js';
import { Server1768050000000 } from './migrations/1768050000000-server.js';
import { Webhooks1768100000000 } from './migrations/1768100000000-webhooks.js';
import { Handling1768200000000, HandlingByReceipt1768200001000 } from './migrations/1768200000000-handling.js';
import {
  Cases1768210001000,
  EventsAboutSomething1768210002000,
  EventsWithoutMessage1768210000000,
} from './migrations/1768210000000-cases.js';
import {
  DeliveryByCase1768220001000,
  EventByCase1768220003000,
  EventByMessage1768220002000,
  ReferralByCase1768220000000,
} from './migrations/1768220000000-by-case.js';
import { AccessLog1768300000000 } from './migrations/1768300000000-access-log.js';
import { Scopes1768301000000 } from './migrations/1768301000000-scopes.js';
import { RecordedDisclosures1768400000000 } from './migrations/1768400000000-recorded-disclosures.js';
import {
  ReceivedRequests1768410001000,
  Requests1768410000000,
  SentRequests1768410002000,
} from './migrations/1768410000000-requests.js';
import { Subscriptions1768420001000 } from './migrations/1768420001000-subscriptions.js';
import { SubscriptionRequests1768420002000 } from './migrations/1768420002000-subscription-requests.js';
import { PersonIndex1768430000000 } from './migrations/1768430000000-person-index.js';
import {
  PersonSearches1768430001000,
  PersonSearchesWhole1768430002000,
} from './migrations/1768430001000-person-searches.js';
import {
  HandlingStatus1768431000000,
  HandlingStatusByReceipt1768431002000,
  HandlingStatusReceived1768431001000,
} from './migrations/1768431000000-handling-status.js';
import { Corrections1768440000000 } from './migrations/1768440000000-corrections.js';
import {
  PersonIndexWhole1769100002000,
  RecordedInPersonIndex1769100000000,
  RecordedLookedThrough1769100001000,
} from './migrations/1769100000000-recorded-in-person-index.js';
import { Staff1769200000000 } from './migrations/1769200000000-staff.js';
import { StaffStatements1769800000000 } from './migrations/1769800000000-staff-statements.js';
import { CorrectionNoted1769801000000 } from './migrations/1769801000000-correction-noted.js';
import { RequestDeadlines1769802000000 } from './migrations/1769802000000-request-deadlines.js';
import { BackfillByCopy1769900000000 } from './migrations/1769900000000-backfill-by-copy.js';
import { AcceptUnheld1769901000000 } from './migrations/1769901000000-accept-unheld.js';
import { RecordedRequestActs1769902000000 } from './migrations/1769902000000-recorded-request-acts.js';
import { DeliveryDues1769902001000 } from './migrations/1769902001000-delivery-dues.js';
import { EndedSystems1769904000000 } from './migrations/1769904000000-ended-systems.js';
import { SettledBackfills1769905000000 } from './migrations/1769905000000-settled-backfills.js';

export const schema = 'gateway';
/** In order; never edited once merged. */
export const migrations = [
  Gateway1763900000000,
  RejectionByDecision1763986400000,
  RuleSets1764072800000,
  Witness1764500000000,
  ErasuresOfMessages1764900000000,
  ErasureByMessage1765200000000,
  ErasureReports1765300000000,
  ForeignKeys1765400000000,
  Dues1765500000000,
  Attempts1765610000000,
  Attachments1766000000000,
  Retractions1766100000000,
  Incidents1766200000000,
  FurthestEntry1766500000000,
  Together1767100000000,
  Suspects1767110000000,
  Waiting1767150000000,
  Uncompressed1767200000000,
  QuarantinedDeliveries1767250000000,
  SuspectRuns1767260000000,
  CatchUp1767300000000,
  ShortBoxes1767310000000,
  OctetsBeside1767320000000,
  OutboxByKey1767335000000,
  Events1768000000000,
  EventsOfMessages1768000001000,
  EventsOfStatements1768000002000,
  EventsOfDues1768000003000,
  EventsOfDeliveries1768000004000,
  EventsOfRetractions1768000005000,
  EventsOfIncidents1768000006000,
  EventsOfIncidentClocks1768000007000,
  Server1768050000000,
  Webhooks1768100000000,
  Handling1768200000000,
  HandlingByReceipt1768200001000,
  EventsWithoutMessage1768210000000,
  Cases1768210001000,
  EventsAboutSomething1768210002000,
  ReferralByCase1768220000000,
  DeliveryByCase1768220001000,
  EventByMessage1768220002000,
  EventByCase1768220003000,
  AccessLog1768300000000,
  Scopes1768301000000,
  RecordedDisclosures1768400000000,
  Requests1768410000000,
  ReceivedRequests1768410001000,
  SentRequests1768410002000,
  Subscriptions1768420001000,
  SubscriptionRequests1768420002000,
  PersonIndex1768430000000,
  PersonSearches1768430001000,
  PersonSearchesWhole1768430002000,
  HandlingStatus1768431000000,
  HandlingStatusReceived1768431001000,
  HandlingStatusByReceipt1768431002000,
  Corrections1768440000000,
  RecordedInPersonIndex1769100000000,
  RecordedLookedThrough1769100001000,
  PersonIndexWhole1769100002000,
  Staff1769200000000,
  StaffStatements1769800000000,
  CorrectionNoted1769801000000,
  RequestDeadlines1769802000000,
  BackfillByCopy1769900000000,
  AcceptUnheld1769901000000,
  RecordedRequestActs1769902000000,
  DeliveryDues1769902001000,
  EndedSystems1769904000000,
  SettledBackfills1769905000000,
] satisfies MixedList<new () => unknown>;

/**
 * As the database's administrator, with no service running when it does something. On another server than before, as after a restore onto a new machine, numbers of
 * transactions begin anew: what was restored would come after all that is written from now on, and would not be seen before that server has counted as far. It is put
 * before it, in the order in which it was written.
 */
export const ownServerSql = `
  DO $$
  DECLARE
    here text := (SELECT system_identifier::text FROM pg_control_system());
    listed text;
    is_ahead boolean;
  BEGIN
    IF EXISTS (SELECT FROM gateway.server WHERE identifier = here) THEN
      RETURN;
    END IF;
    FOREACH listed IN ARRAY ARRAY['referral', 'delivery', 'incident', 'event', 'owned_case', 'recorded_disclosure', 'recorded_request', 'subscription'] LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM gateway.%I WHERE txid >= pg_snapshot_xmax(pg_current_snapshot()))', listed) INTO is_ahead;
      IF is_ahead THEN
        EXECUTE format('ALTER TABLE gateway.%I ALTER COLUMN seq SET GENERATED BY DEFAULT', listed);
        EXECUTE format('UPDATE gateway.%1$I AS t SET txid = ''3'', seq = n.place
          FROM (SELECT ctid AS at, row_number() OVER (ORDER BY txid, seq) AS place FROM gateway.%1$I) n WHERE t.ctid = n.at', listed);
        EXECUTE format('ALTER TABLE gateway.%I ALTER COLUMN seq SET GENERATED ALWAYS', listed);
      END IF;
    END LOOP;
    -- Referrals are looked through anew for the cases that they opened.
    DELETE FROM gateway.case_gathered;
    -- And anew for who is named in them.
    DELETE FROM gateway.person_indexed;
    -- And requests for the days to answer them by: those that are kept stay as they are.
    DELETE FROM gateway.request_looked;
    DELETE FROM gateway.handling_filled WHERE completed_at IS NULL;
    UPDATE gateway.handling_status s SET txid = d.txid, seq = d.seq FROM gateway.delivery d
      WHERE d.authority = s.authority AND d.message_id = s.message_id AND (d.txid, d.seq) <> (s.txid, s.seq);
    INSERT INTO gateway.server (identifier) VALUES (here) ON CONFLICT (one) DO UPDATE SET identifier = EXCLUDED.identifier;
  END $$;`;

/** Rights of the service's role when another role owns the tables. No TRUNCATE, no right to change policies, none to say which migrations have run. */
export const grantsSql = (role: string): string => `
  GRANT USAGE ON SCHEMA gateway TO "${role}";
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gateway TO "${role}";
  REVOKE INSERT, UPDATE, DELETE ON gateway.migration FROM "${role}";
  REVOKE INSERT, UPDATE, DELETE ON gateway.server FROM "${role}";
  -- The database alone tells systems what happened, and what it told stays.
  REVOKE INSERT, UPDATE, DELETE ON gateway.event FROM "${role}";
  REVOKE UPDATE ON gateway.webhook_attempt FROM "${role}";
  REVOKE UPDATE, DELETE ON gateway.handling, gateway.case_message, gateway.case_link, gateway.subscription_answer FROM "${role}";
  REVOKE DELETE ON gateway.owned_case, gateway.case_gathered, gateway.subscription, gateway.standing_order, gateway.recorded_disclosure FROM "${role}";
  REVOKE UPDATE, DELETE ON gateway.release_hold FROM "${role}";
  GRANT UPDATE (recorded_at) ON gateway.release_hold TO "${role}";
  REVOKE UPDATE ON gateway.person_index FROM "${role}";
  REVOKE DELETE ON gateway.person_indexed, gateway.handling_status, gateway.handling_filled FROM "${role}";
  REVOKE UPDATE, DELETE ON gateway.recorded_request FROM "${role}";
  GRANT UPDATE (detail, erased_at, erased_by) ON gateway.recorded_request TO "${role}";
  REVOKE UPDATE, DELETE ON gateway.recorded_request_act FROM "${role}";
  GRANT UPDATE (detail) ON gateway.recorded_request_act TO "${role}";
  REVOKE DELETE ON gateway.delivery_due, gateway.request_deadline, gateway.request_looked FROM "${role}";
  REVOKE DELETE ON gateway.staff, gateway.system FROM "${role}";
  REVOKE UPDATE, DELETE ON gateway.staff_statement FROM "${role}";
  REVOKE UPDATE ON gateway.login_attempt FROM "${role}";
  REVOKE UPDATE ON gateway.reply FROM "${role}";
  -- What was shown stays, under the time and number that the database gives it.
  REVOKE INSERT, UPDATE, DELETE ON gateway.access_log FROM "${role}";
  GRANT INSERT (authority, system, operation, message_id, referral_id, attachment_id, case_id, from_entry, to_entry, search_id, token, purpose, office, detail)
    ON gateway.access_log TO "${role}";
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA gateway TO "${role}";
  GRANT EXECUTE ON FUNCTION gateway.prune_inbox TO "${role}";`;
