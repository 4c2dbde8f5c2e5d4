import { randomBytes, randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { compileSchemas } from '#legal-basis';
import { Suspects } from '#messaging';
import { openKeys, readTrust } from '#operator';
import { dataSourceOptions } from '#persistence';
import { Clock } from '#platform';
import type { Platform, Service } from '#platform';
import { DataSource } from 'typeorm';
import { CarryAttachments } from './application/carry-attachments.js';
import { CheckDisclosure } from './application/check-disclosure.js';
import { EntryNeeds } from './application/entry-needs.js';
import { EraseMessage } from './application/erase-message.js';
import { EvaluateReferral } from './application/evaluate-referral.js';
import { ExpireAttachments } from './application/expire-attachments.js';
import { ExportOpenings } from './application/export-openings.js';
import { FetchAttachments } from './application/fetch-attachments.js';
import { DiscloseToSubscribers } from './application/disclose-to-subscribers.js';
import { GatherEvidence } from './application/gather-evidence.js';
import { GiveReceipt } from './application/give-receipt.js';
import { IssueToken } from './application/issue-token.js';
import { Law } from './application/law.js';
import { ManageCases } from './application/manage-cases.js';
import { ManageSubscriptions } from './application/manage-subscriptions.js';
import { ListAuthorities } from './application/list-authorities.js';
import { ReadAccessLog } from './application/read-access-log.js';
import { ReadCallers } from './application/read-callers.js';
import { ReadAttachment } from './application/read-attachment.js';
import { CorrectForAll } from './application/correct-for-all.js';
import { CorrectReferral } from './application/correct-referral.js';
import { HandleIncidents } from './application/handle-incidents.js';
import { ReadCorrections } from './application/read-corrections.js';
import { ReadDeliveries } from './application/read-deliveries.js';
import { ReadRecordedDisclosures } from './application/read-recorded-disclosures.js';
import { ReadReferrals } from './application/read-referrals.js';
import { ReadRequests } from './application/read-requests.js';
import { ReadWaiting } from './application/read-waiting.js';
import { ReceiveDelivery } from './application/receive-delivery.js';
import { RecordDisclosure } from './application/record-disclosure.js';
import { RecordOutcome } from './application/record-outcome.js';
import { RecordRequest } from './application/record-request.js';
import { RefuseRequest } from './application/refuse-request.js';
import { ReportErasures } from './application/report-erasures.js';
import { ReceiveRetraction } from './application/receive-retraction.js';
import { RetractReferral } from './application/retract-referral.js';
import { RegisterStaff } from './application/register-staff.js';
import { RegisterSystem } from './application/register-system.js';
import { SearchPersons } from './application/search-persons.js';
import { SealAgain } from './application/seal-again.js';
import { SealAttachments } from './application/seal-attachments.js';
import { SealReferral } from './application/seal-referral.js';
import { SetHandling } from './application/set-handling.js';
import { SignSubscriptions } from './application/sign-subscriptions.js';
import { SubmitReferral } from './application/submit-referral.js';
import { TakeAttachment } from './application/take-attachment.js';
import { TakeSubscription } from './application/take-subscription.js';
import { VerifyDelivery } from './application/verify-delivery.js';
import { VerifyEvidence } from './application/verify-evidence.js';
import { WithdrawReferral } from './application/withdraw-referral.js';
import { AttachmentFiles } from './attachments/attachment-files.js';
import { BlobClient } from './attachments/blob-client.js';
import { GatewayConfig } from './gateway.config.js';
import { ApiDocument } from './http/api-document.js';
import { bodies } from './http/bodies.js';
import { LogsAccess } from './http/logs-access.interceptor.js';
import { RefusesNumbers } from './http/refuses-numbers.interceptor.js';
import { StaffAccess } from './http/staff-access.js';
import { SystemGuard } from './http/system.guard.js';
import { AccessTokens, TOKEN_END_MS } from './keys/access-tokens.js';
import { KeyStore } from './keys/key-store.js';
import { ExchangeMessages } from './messages/exchange.messages.js';
import { LedgerEvidence } from './operator/ledger-evidence.js';
import { LedgerKeeping } from './operator/ledger-keeping.js';
import { schema } from './persistence/index.js';
import { Outbox } from './persistence/outbox.js';
import { WebhookTargets } from './webhooks/targets.js';
import { consume } from './wiring/consume.js';
import { controllers } from './wiring/controllers.js';
import { followLaw } from './wiring/follow-law.js';
import { openEvents } from './wiring/open-events.js';
import { openOutbox } from './wiring/open-outbox.js';
import { openStaff } from './wiring/open-staff.js';
import { openStores } from './wiring/open-stores.js';
import { startCatchUp } from './wiring/start-catch-up.js';
import { startSweep } from './wiring/start-sweep.js';
import { translate } from './wiring/translate.js';
import { value } from './wiring/value.js';

/** Within which a request gets a connection to the database, or is told that there is none. */
const POOL_WAIT_MS = 1_000;
/** Longer than the longest single statement and what comes before it. */
const ANSWER_MS = 12_000;

@Module({})
class GatewayModule {}

const newId = (): string => randomUUID();

const assemble = async (config: GatewayConfig, platform: Platform): Promise<DynamicModule> => {
  const { log, health, crash } = platform;
  compileSchemas();
  const targets = WebhookTargets.of(config.WEBHOOK_TARGETS ?? '', config.DELGE_ENVIRONMENT);
  const { GATEWAY_ID: gateway, DELGE_ENVIRONMENT: environment, PUBLIC_URL: publicUrl } = config;
  const trust = await readTrust(config);
  const keys = new KeyStore(gateway, await openKeys(config, platform));
  const tokens = new AccessTokens((at) => keys.tokens(at, TOKEN_END_MS), publicUrl);

  const { DATABASE_URL: url, DATABASE_POOL: poolSize } = config;
  const name = `gateway-${gateway}`;
  const dataSource = await new DataSource(
    dataSourceOptions({ url, schema, poolSize, name, waitMs: POOL_WAIT_MS }),
  ).initialize();
  platform.onDrain('stores', () => dataSource.destroy());
  health.register('database', async () => void (await dataSource.query('SELECT 1')));
  const { now } = await Clock.of(dataSource, platform);
  const holder = `gateway:${gateway}`;
  const { law, follower, ledger, ledgerKeys, registry, cooperations } = await followLaw(config, platform, {
    holder,
    trust,
    keys,
    dataSource,
    now,
  });

  const { publisher, relay, room } = await openOutbox(config, platform, {
    name,
    dataSource,
    mayPublish: () => follower.isFresh(),
  });
  const outbox = new Outbox(gateway, relay, () => carrying.wake());
  const stores = openStores(dataSource, keys, outbox, newId);
  const {
    referrals,
    deliveries,
    retractions,
    systems,
    members,
    attachments,
    dues,
    furthest,
    requests,
    cases,
    handlings,
    persons,
    subscribed,
    backfills,
    waiting,
    corrections,
    records,
    held,
    toldBefore,
    accessLog,
    callers,
  } = stores;
  const files = new AttachmentFiles(config.ATTACHMENT_DIR, randomBytes);
  // The rest goes on: for people to look at.
  health.watch('attachments', () => files.fault(config.ATTACHMENT_RESERVE_BYTES));
  const sealAttachments = new SealAttachments(attachments, files, randomBytes, newId);
  const exchange = new BlobClient(config.EXCHANGE_URL, gateway, keys, now);
  const hosted = (): readonly string[] => keys.authorities;
  const staff = await openStaff(config, members, stores.logins, hosted, now);
  relay.start();
  const expiring = new ExpireAttachments(attachments, files, now);
  platform.onDrain('relay', async () => {
    await relay.drain();
    await publisher.close();
  });
  await publisher.connect().catch(() => undefined);

  const evidence = new VerifyEvidence(law, trust, {
    before: await furthest.read(),
    keep: (entry) => furthest.keep(entry),
  });
  const source = new LedgerEvidence(ledger, ledgerKeys, registry, trust);
  const erasing = new EraseMessage(
    stores.erasures,
    new LedgerKeeping(ledger),
    source,
    evidence,
    () => law.newest(),
    keys,
    environment,
    now,
    () => reporting.wake(),
    expiring,
  );
  const reporting = new ReportErasures(erasing, config.SWEEP_INTERVAL_MS, log);
  reporting.start();
  platform.onDrain('loops', () => reporting.stop());
  const evaluate = new EvaluateReferral(law, keys, newId, attachments, requests);
  const sealing = new SealReferral(keys, environment, config.MESSAGE_LIFETIME_MS, newId, sealAttachments);
  const again = new SealAgain(referrals, law, evaluate, sealing, hosted, now, crash);
  const signSubscriptions = new SignSubscriptions(keys, environment, newId);
  const isAuthority = (id: string): boolean => law.current().snapshot.authority(id) !== undefined;
  const subscriptions = new ManageSubscriptions(subscribed, referrals, signSubscriptions, now, isAuthority);
  const retracting = new RetractReferral(referrals, backfills, retractions, keys, environment, newId, now, waiting);
  const { sweep, incidents } = startSweep(config, platform, {
    stores,
    expiring,
    again,
    subscriptions,
    retracting,
    hosted,
    now,
  });
  const outcomes = new RecordOutcome(evidence, referrals, retractions, keys, now, {
    awaiting: () => sweep.wake(),
    records,
    held: (authority, sha256) => subscribed.recorded(authority, sha256, now()),
    noted: (entryId) => toldBefore.note(entryId),
  });
  const recording = new RecordDisclosure(records, evaluate, keys, environment, newId, now, crash, () => room.fault());
  const carrying = new CarryAttachments(attachments, sealAttachments, exchange, environment, hosted, log);
  const verify = new VerifyDelivery(law, keys, evidence, environment);
  const takingSubscriptions = new TakeSubscription(deliveries, subscribed, signSubscriptions, now);
  const receiving = new ReceiveDelivery(verify, deliveries, keys, environment, newId, now, crash, {
    held,
    fetch: () => fetching.wake(),
    requests,
    taken: (authority, messageId) => takingSubscriptions.execute(authority, messageId),
  });
  const fetching = new FetchAttachments(held, receiving, files, exchange, hosted, log, now);
  for (const loop of [carrying, fetching]) {
    loop.start();
    platform.onDrain('loops', () => loop.stop());
  }
  const submitting = new SubmitReferral(referrals, evaluate, sealing, config.DRAFT_LIFETIME_MS, newId, now, crash, {
    room: () => room.fault(),
    mayGo: (sender, body) => subscriptions.mayGo(sender, body),
  });
  const correcting = new CorrectReferral(submitting, referrals, retracting, corrections, now);
  const checking = new CheckDisclosure(law, evaluate, newId, now);
  const receivingRetractions = new ReceiveRetraction(
    evidence,
    outcomes,
    deliveries,
    retractions,
    keys,
    now,
    (authority, messageId) => subscriptions.retracted(authority, messageId),
  );
  const told = new ExchangeMessages(receiving, receivingRetractions, outcomes, log);
  startCatchUp(config, platform, { holder, told, stores, evidence, keys, now });
  const telling = openEvents(config, platform, { stores, targets, hosted, newId, now });
  const readingRequests = new ReadRequests(requests, now);
  const giving = new GiveReceipt(deliveries, retractions, law, keys, environment, newId, now);
  const recordingRequests = new RecordRequest(requests, readingRequests, isAuthority, now);
  const needs = new EntryNeeds(source, cooperations);
  const audiences = [`${publicUrl}/oauth2/token`, publicUrl];
  return {
    module: GatewayModule,
    controllers: [...controllers, ExchangeMessages],
    providers: [
      ...telling,
      value(Law, law),
      value(ApiDocument, new ApiDocument(gateway, environment, publicUrl)),
      value(SubmitReferral, submitting),
      value(CorrectReferral, correcting),
      value(CorrectForAll, new CorrectForAll(referrals, backfills, retractions, correcting)),
      value(ReadCorrections, new ReadCorrections(referrals, backfills, corrections, retractions, dues, now)),
      value(ReadReferrals, new ReadReferrals(referrals, dues, retractions, now, waiting, requests)),
      value(RecordDisclosure, recording),
      value(ReadRecordedDisclosures, new ReadRecordedDisclosures(records)),
      value(ReadWaiting, new ReadWaiting(waiting, now)),
      value(WithdrawReferral, new WithdrawReferral(referrals, now)),
      value(EraseMessage, erasing),
      value(CheckDisclosure, checking),
      value(ReadDeliveries, new ReadDeliveries(deliveries, retractions, handlings, now)),
      value(ReadRequests, readingRequests),
      value(RecordRequest, recordingRequests),
      value(RefuseRequest, new RefuseRequest(requests, giving, recordingRequests)),
      value(
        ManageCases,
        new ManageCases(cases, isAuthority, now, (authority, id) => subscriptions.caseClosed(authority, id)),
      ),
      value(ManageSubscriptions, subscriptions),
      value(
        DiscloseToSubscribers,
        new DiscloseToSubscribers(
          subscribed,
          cases,
          referrals,
          backfills,
          retractions,
          corrections,
          waiting,
          checking,
          submitting,
          retracting,
          (id, name) =>
            law
              .current()
              .snapshot.authority(id)
              ?.functions.some((one) => one.id === name) ?? false,
          now,
        ),
      ),
      value(SetHandling, new SetHandling(deliveries, handlings, retractions, giving, now)),
      value(GatherEvidence, new GatherEvidence(referrals, deliveries, source, needs, trust)),
      value(LedgerEvidence, source),
      value(ExportOpenings, new ExportOpenings(source, needs)),
      value(GiveReceipt, giving),
      value(ReceiveDelivery, receiving),
      value(
        TakeAttachment,
        new TakeAttachment(attachments, files, randomBytes, config.ATTACHMENT_UNUSED_MS, now, {
          quotaBytes: config.ATTACHMENT_QUOTA_BYTES,
          reserveBytes: config.ATTACHMENT_RESERVE_BYTES,
        }),
      ),
      value(SearchPersons, new SearchPersons(persons, accessLog, keys, newId)),
      value(ReadAccessLog, new ReadAccessLog(accessLog)),
      value(ReadCallers, new ReadCallers(callers)),
      value(ListAuthorities, new ListAuthorities(law, now)),
      value(ReadAttachment, new ReadAttachment(deliveries, files)),
      value(RecordOutcome, outcomes),
      value(HandleIncidents, incidents),
      value(ReceiveRetraction, receivingRetractions),
      value(RetractReferral, retracting),
      value(Suspects, new Suspects(dataSource, schema)),
      value(RegisterSystem, new RegisterSystem(systems, law, keys, environment, now)),
      value(StaffAccess, staff),
      value(RegisterStaff, new RegisterStaff(members, law, keys, staff.issuers, environment, now)),
      { provide: IssueToken, useValue: await IssueToken.create(systems, tokens, audiences, newId, now) },
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) => new SystemGuard(reflector, tokens, systems, now, platform.load, staff),
      },
      { provide: APP_INTERCEPTOR, useValue: new RefusesNumbers(environment === 'production') },
      {
        provide: APP_INTERCEPTOR,
        inject: [Reflector],
        useFactory: (reflector: Reflector) => new LogsAccess(reflector, accessLog),
      },
    ],
  };
};

export const gatewayService: Service<GatewayConfig> = {
  name: 'gateway',
  config: GatewayConfig,
  module: assemble,
  started: consume,
  load: ({ MAX_REQUESTS: inAll, MAX_REQUESTS_PER_SYSTEM: perCaller }) => ({ inAll, perCaller, answerMs: ANSWER_MS }),
  bodies,
  translate,
};
