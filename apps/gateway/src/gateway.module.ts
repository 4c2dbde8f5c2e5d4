import { randomBytes, randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication, Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { compileSchemas } from '#legal-basis';
import { DisclosureTransport, Suspects, gatewayQueue } from '#messaging';
import { OperatorClient, openKeys, readTrust } from '#operator';
import { dataSourceOptions, isStoreFailure } from '#persistence';
import { Clock, ProblemError, Rate, routesOf } from '#platform';
import type { Platform, Service } from '#platform';
import { DataSource } from 'typeorm';
import { CatchUp } from './application/catch-up.js';
import { CarryAttachments } from './application/carry-attachments.js';
import { CheckDisclosure } from './application/check-disclosure.js';
import { EntryNeeds } from './application/entry-needs.js';
import { EraseMessage } from './application/erase-message.js';
import { EventArrivals } from './application/event-arrivals.js';
import { EvaluateReferral } from './application/evaluate-referral.js';
import { ExpireAttachments } from './application/expire-attachments.js';
import { Expire } from './application/expire.js';
import { ExportOpenings } from './application/export-openings.js';
import { FallBackCorrections } from './application/fall-back-corrections.js';
import { FetchAttachments } from './application/fetch-attachments.js';
import { DiscloseToSubscribers } from './application/disclose-to-subscribers.js';
import { GatherEvidence } from './application/gather-evidence.js';
import { GiveReceipt } from './application/give-receipt.js';
import { IssueToken } from './application/issue-token.js';
import { Law } from './application/law.js';
import { ManageCases } from './application/manage-cases.js';
import { ManageSubscriptions } from './application/manage-subscriptions.js';
import { ManageWebhooks } from './application/manage-webhooks.js';
import { ListAuthorities } from './application/list-authorities.js';
import { ReadAccessLog } from './application/read-access-log.js';
import { ReadCallers } from './application/read-callers.js';
import { ReadAttachment } from './application/read-attachment.js';
import { CorrectForAll } from './application/correct-for-all.js';
import { CorrectReferral } from './application/correct-referral.js';
import { HandleIncidents } from './application/handle-incidents.js';
import { ReadCorrections } from './application/read-corrections.js';
import { ReadDeliveries } from './application/read-deliveries.js';
import { ReadEvents } from './application/read-events.js';
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
import { RebuildSent } from './application/rebuild-sent.js';
import { RetractReferral } from './application/retract-referral.js';
import { RegisterStaff } from './application/register-staff.js';
import { RegisterSystem } from './application/register-system.js';
import { SearchPersons } from './application/search-persons.js';
import { SealAgain } from './application/seal-again.js';
import { SealAttachments } from './application/seal-attachments.js';
import { SealReferral } from './application/seal-referral.js';
import { SendWebhooks } from './application/send-webhooks.js';
import { SetHandling } from './application/set-handling.js';
import { SignSubscriptions } from './application/sign-subscriptions.js';
import { SubmitReferral } from './application/submit-referral.js';
import { Sweep } from './application/sweep.js';
import { TakeAttachment } from './application/take-attachment.js';
import { TakeSubscription } from './application/take-subscription.js';
import { TryWebhook } from './application/try-webhook.js';
import { VerifyDelivery } from './application/verify-delivery.js';
import { VerifyEvidence } from './application/verify-evidence.js';
import { WatchDeadlines } from './application/watch-deadlines.js';
import { WatchHandling } from './application/watch-handling.js';
import { WatchRequests } from './application/watch-requests.js';
import { WithdrawReferral } from './application/withdraw-referral.js';
import { AttachmentFiles, isDiskFailure } from './attachments/attachment-files.js';
import { BlobClient } from './attachments/blob-client.js';
import { GatewayError, NotYet } from './domain/errors.js';
import { GatewayConfig } from './gateway.config.js';
import { ApiDocument } from './http/api-document.js';
import { assertEveryRouteDeclares } from './http/declarations.js';
import { EventStreams } from './http/event-streams.js';
import { problems } from './http/gateway-problems.js';
import { Listeners } from './http/listeners.js';
import { LogsAccess } from './http/logs-access.interceptor.js';
import { RefusesNumbers } from './http/refuses-numbers.interceptor.js';
import { StaffAccess } from './http/staff-access.js';
import { SystemGuard } from './http/system.guard.js';
import { AccessTokens, TOKEN_END_MS } from './keys/access-tokens.js';
import { KeyStore } from './keys/key-store.js';
import { ExchangeMessages } from './messages/exchange.messages.js';
import { handleTold } from './messages/handle-told.js';
import { ExchangeTold } from './operator/exchange-told.js';
import { LedgerEvidence } from './operator/ledger-evidence.js';
import { LedgerKeeping } from './operator/ledger-keeping.js';
import { schema } from './persistence/index.js';
import { Outbox } from './persistence/outbox.js';
import { WebhookPost } from './webhooks/post.js';
import { makeWebhookKey, signedHeaders } from './webhooks/signing.js';
import { WebhookTargets } from './webhooks/targets.js';
import { controllers } from './wiring/controllers.js';
import { followLaw } from './wiring/follow-law.js';
import { openOutbox } from './wiring/open-outbox.js';
import { openStaff } from './wiring/open-staff.js';
import { openStores } from './wiring/open-stores.js';

/** Within which a request gets a connection to the database, or is told that there is none. */
const POOL_WAIT_MS = 1_000;
/** Longer than the longest single statement and what comes before it. */
const ANSWER_MS = 12_000;

/** How late an event may be told to whoever waits for it. */
const EVENTS_EVERY_MS = 250;
const LISTENERS_PER_SYSTEM = 5;
const STREAM = { lifeMs: 60_000, quietMs: 15_000 };
/** What an authority may ask a process for in a minute of its webhooks, but for reading and removing. */
const WEBHOOKS_PER_MINUTE = 30;
/** Of referrals that are looked through in one sweep for the cases that they opened, of each authority. */
const GATHERED_PAGES = 20;
/** As many of content, which is decrypted, for whom it names. */
const INDEXED_PAGES = 20;

@Module({})
class GatewayModule {}

const newId = (): string => randomUUID();
const value = (provide: new (...args: never[]) => object, useValue: object): Provider => ({ provide, useValue });

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
    sendings,
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
    events,
    webhooks,
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
  const deadlines = new WatchDeadlines(dues, () => keys.authorities, now);
  health.watch('receipts', async () => ((await deadlines.standing()) > 0 ? 'overdue' : undefined));
  health.measure('overdue-receipts', () => deadlines.standing());
  const expiring = new ExpireAttachments(attachments, files, now);
  const incidents = new HandleIncidents(stores.incidents, () => keys.authorities, now);
  health.watch('incidents', async () => ((await incidents.overdue()) > 0 ? 'clock-ran-out' : undefined));
  const unanswered = new WatchRequests(requests, stores.requestDeadlines, hosted, now);
  const unhandled = new WatchHandling(handlings, hosted, now);
  const expire = new Expire(referrals, expiring, hosted, now);
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
  const again = new SealAgain(referrals, law, evaluate, sealing, () => keys.authorities, now, crash);
  // For people: its authority's systems hear nothing, and may not know it.
  health.watch('webhooks', async () => ((await sendings.stopped(hosted())) > 0 ? 'stopped' : undefined));
  health.measure('person-index-behind', async () =>
    (await Promise.all(hosted().map((authority) => persons.behind(authority)))).reduce((sum, one) => sum + one, 0),
  );
  const signSubscriptions = new SignSubscriptions(keys, environment, newId);
  const isAuthority = (id: string): boolean => law.current().snapshot.authority(id) !== undefined;
  const subscriptions = new ManageSubscriptions(subscribed, referrals, signSubscriptions, now, isAuthority);
  health.watch('holds', async () => ((await subscriptions.unrecorded(hosted())) > 0 ? 'unrecorded' : undefined));
  const prune = async (): Promise<void> => {
    await sendings.prune(hosted(), now());
    for (const authority of hosted()) await subscriptions.look(authority);
    // Some at a time: what was sent before there were cases is many.
    for (const authority of hosted())
      for (let page = 0; page < GATHERED_PAGES && (await cases.gather(authority)); page += 1);
    for (const authority of hosted())
      for (let page = 0; page < INDEXED_PAGES && (await persons.fill(authority, now())); page += 1);
    for (const authority of hosted())
      for (let page = 0; page < GATHERED_PAGES && (await handlings.fill(authority, now())); page += 1);
  };
  const retracting = new RetractReferral(referrals, backfills, retractions, keys, environment, newId, now, waiting);
  const falling = new FallBackCorrections(corrections, retracting, hosted);
  const sweep = new Sweep(
    expire,
    again,
    deadlines,
    incidents,
    unanswered,
    unhandled,
    falling,
    prune,
    config.SWEEP_INTERVAL_MS,
    log,
  );
  sweep.start();
  const outcomes = new RecordOutcome(evidence, referrals, retractions, keys, now, {
    awaiting: () => sweep.wake(),
    records,
    held: (authority, sha256) => subscribed.recorded(authority, sha256, now()),
    noted: (entryId) => toldBefore.note(entryId),
  });
  const recording = new RecordDisclosure(records, evaluate, keys, environment, newId, now, crash, () => room.fault());
  platform.onDrain('loops', () => sweep.stop());
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
  const catchUp = new CatchUp(
    new ExchangeTold(new OperatorClient('exchange', config.EXCHANGE_URL, holder, keys.requestSigner, now)),
    toldBefore,
    new RebuildSent(evidence, toldBefore, keys),
    (one) => handleTold(told, one, log),
    config.CATCH_UP_INTERVAL_MS,
    log,
    now,
  );
  catchUp.start();
  platform.onDrain('loops', () => catchUp.stop());
  health.watch('catch-up', () => catchUp.warning());
  const arrivals = new EventArrivals(events, EVENTS_EVERY_MS, log);
  arrivals.start();
  // With HTTP, and not before: an answer that comes at once would be asked for again at once.
  platform.onDrain('http', () => arrivals.stop());
  const readingEvents = new ReadEvents(events, arrivals, systems, now);
  const listeners = new Listeners({ perSystem: LISTENERS_PER_SYSTEM, inAll: Math.ceil(config.MAX_REQUESTS / 4) });
  const trying = new TryWebhook(new WebhookPost(targets, now), signedHeaders, now);
  if (!targets.isEmpty) {
    const sending = new SendWebhooks(sendings, trying, hosted, EVENTS_EVERY_MS, newId, now, Math.random, log);
    sending.start();
    platform.onDrain('loops', () => sending.stop());
  }
  const rate = new Rate(WEBHOOKS_PER_MINUTE, now);
  const readingRequests = new ReadRequests(requests, now);
  const giving = new GiveReceipt(deliveries, retractions, law, keys, environment, newId, now);
  const recordingRequests = new RecordRequest(requests, readingRequests, isAuthority, now);
  const needs = new EntryNeeds(source, cooperations);
  const audiences = [`${publicUrl}/oauth2/token`, publicUrl];
  return {
    module: GatewayModule,
    controllers: [...controllers, ExchangeMessages],
    providers: [
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
      value(ReadEvents, readingEvents),
      value(EventStreams, new EventStreams(readingEvents, listeners, STREAM, log)),
      value(Listeners, listeners),
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
      value(
        ManageWebhooks,
        new ManageWebhooks(webhooks, events, targets, trying, makeWebhookKey, rate, newId, now, log),
      ),
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

/** Without these everything that comes would be held. */
const NEEDED = ['database', 'keys', 'rules'];

/** Consumers start last: what they take in can be handled by then. */
const consume = async (app: INestApplication, config: GatewayConfig, platform: Platform): Promise<void> => {
  assertEveryRouteDeclares(routesOf(app));
  const { AMQP_URL: url, GATEWAY_ID: gateway, PREFETCH: prefetch } = config;
  const queue = gatewayQueue(gateway);
  const mayConsume = async (): Promise<boolean> => {
    const faults = await platform.health.faults();
    return !NEEDED.some((name) => name in faults);
  };
  const suspects = app.get(Suspects);
  const strategy = new DisclosureTransport(
    { url, queue, name: `gateway-${gateway}`, prefetch, suspects, mayConsume },
    platform.log,
  );
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
  platform.onDrain('consumers', () => strategy.drain());
  platform.health.watch('consumer', () => strategy.fault());
  app.get(ApiDocument).describe(app);
  await app.startAllMicroservices();
};

/** Of what is read before anybody has proved who they are: a signed statement takes a few KiB. */
const UNPROVEN = { maxBytes: 16 * 1024 };

export const gatewayService: Service<GatewayConfig> = {
  name: 'gateway',
  config: GatewayConfig,
  module: assemble,
  started: consume,
  load: ({ MAX_REQUESTS: inAll, MAX_REQUESTS_PER_SYSTEM: perCaller }) => ({ inAll, perCaller, answerMs: ANSWER_MS }),
  bodies: [
    { method: 'PATCH', path: /^\/v1\/attachments\/[^/]+$/, type: 'application/octet-stream', as: 'octets' },
    { method: 'POST', path: /^\/oauth2\/token$/, type: 'application/x-www-form-urlencoded', as: 'form', ...UNPROVEN },
    { method: 'POST', path: /^\/v1\/erasures$/, type: 'application/jose', as: 'text' },
    { method: 'PUT', path: /^\/v1\/(?:systems|staff)\/[^/]+$/, type: 'application/jose', as: 'text', ...UNPROVEN },
  ],
  translate: (error) => {
    if (error instanceof GatewayError) {
      const [code, status] = problems[error.code];
      const { faults, extensions, reason } = error.details;
      return new ProblemError(code, status, {
        ...(faults === undefined ? {} : { violations: faults }),
        ...(extensions === undefined ? {} : { extensions }),
        ...(reason === undefined ? {} : { reason }),
      });
    }
    // A store may fail by the same codes of the system, while it is connected to.
    if (isDiskFailure(error)) return new ProblemError('storage', 507);
    if (error instanceof NotYet || isStoreFailure(error)) return new ProblemError('not-ready', 503);
    return undefined;
  },
};
