import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { liveSigner } from '#keystore';
import {
  ConfirmPublisher,
  DisclosureTransport,
  EXCHANGE_QUEUE,
  OutboxRelay,
  QUARANTINE_QUEUE,
  Suspects,
} from '#messaging';
import {
  Cooperations,
  KeyExpiry,
  KeysFollower,
  KeysSeenStore,
  LedgerKeys,
  OperatorClient,
  RuleSetStore,
  RuleSets,
  ServiceTokenGuard,
  openKeys,
  readTrust,
} from '#operator';
import { HintGiver, dataSourceOptions, isStoreFailure } from '#persistence';
import { Clock, ProblemError } from '#platform';
import type { Platform, ProblemCode, Service } from '#platform';
import { KeysFeed } from '#snapshot';
import { nodeVerifyEd25519 } from '#tlog/build';
import { DataSource } from 'typeorm';
import { BlobStoreAway } from './blobs/blob-store.js';
import type { BlobStore } from './blobs/blob-store.js';
import { FileBlobStore } from './blobs/file-blob-store.js';
import { S3BlobStore } from './blobs/s3-blob-store.js';
import { DecideMessage } from './application/decide-message.js';
import { EarlyStatements } from './application/early.js';
import { GiveAgain } from './application/give-again.js';
import { Law, sha256 } from './application/ground.js';
import { KeepBlobs } from './application/keep-blobs.js';
import { Judge } from './application/judge.js';
import { Recorder } from './application/recorder.js';
import { QuarantineDepth } from './application/quarantine-depth.js';
import { ReleaseProven } from './application/release-proven.js';
import { Releaser } from './application/releaser.js';
import { EstablishSender } from './application/sender.js';
import { SetAsideMessages } from './application/set-aside.js';
import { Sweep } from './application/sweep.js';
import { TellAgain } from './application/tell-again.js';
import { TakeReceipt } from './application/take-receipt.js';
import { TakeRecordedDisclosure } from './application/take-recorded-disclosure.js';
import { TakeRefusal } from './application/take-refusal.js';
import { TakeReleaseHold } from './application/take-release-hold.js';
import { TakeRetraction } from './application/take-retraction.js';
import { Unreleased } from './application/unreleased.js';
import { WaitsForGateways } from './application/waits-for-gateways.js';
import { BlobRefused, NotYet, SetAside, StillHeld } from './domain/errors.js';
import type { BlobFault } from './domain/errors.js';
import { textOf } from './domain/quarantine-texts.js';
import { ExchangeConfig } from './exchange.config.js';
import { BlobController } from './http/blob.controller.js';
import { DecisionController } from './http/decision.controller.js';
import { ExchangeGuard } from './http/exchange.guard.js';
import { OperatorGuard } from './http/operator.guard.js';
import { ToldController } from './http/told.controller.js';
import { QuarantineController } from './http/quarantine.controller.js';
import { DeadLetters } from './messages/dead-letters.js';
import { GatewayMessages } from './messages/gateway.messages.js';
import { HandleGatewayMessage } from './messages/handle-gateway-message.js';
import { LedgerProofs } from './operator/ledger-proofs.js';
import { schema } from './persistence/index.js';

const PUBLISH_STALE_MS = 15 * 60 * 1000;

@Module({})
class ExchangeModule {}

const BLIND_BYTES = 32;

const newId = (): string => randomUUID();

const assemble = async (config: ExchangeConfig, platform: Platform): Promise<DynamicModule> => {
  const { log, health, crash } = platform;
  const trust = await readTrust(config);
  const store = await openKeys(config, platform);
  let isLive = (_kid: string): boolean | undefined => undefined;
  const decisionSigners = () => store.signers('exchange', 'decision');
  // For tokens that last a minute; what goes into a log is signed by a live key alone.
  const signer = liveSigner(decisionSigners, (kid) => isLive(kid));
  const operatorSecret = (await readFile(config.OPERATOR_TOKEN_FILE, 'utf8')).trim();

  const { DATABASE_URL: url, DATABASE_POOL: poolSize } = config;
  const dataSource = await new DataSource(dataSourceOptions({ url, schema, poolSize })).initialize();
  platform.onDrain('stores', () => dataSource.destroy());
  health.register('database', async () => void (await dataSource.query('SELECT 1')));
  const { now } = await Clock.of(dataSource, platform);

  const ledger = new OperatorClient('ledger', config.LEDGER_URL, 'exchange', signer, now);
  const ledgerKeys = new LedgerKeys(ledger);
  const feed = new KeysFeed(ledgerKeys, trust, { sha256, verifyEd25519: nodeVerifyEd25519 }, now);
  const keys = new KeysFollower(feed, new KeysSeenStore(dataSource, schema), PUBLISH_STALE_MS, log, now);
  isLive = (kid) => {
    const snapshot = keys.newest()?.snapshot;
    return snapshot === undefined ? undefined : snapshot.on(now()).key(kid)?.use === 'decision';
  };
  const registry = new OperatorClient('registry', config.REGISTRY_URL, 'exchange', signer, now);
  const ruleSets = new RuleSets(
    (digest) => registry.get(`/v1/rule-sets/${digest}`),
    new RuleSetStore(dataSource, schema),
    () => keys.newest()?.snapshot,
    log,
  );
  await ruleSets.load();
  keys.before((snapshot) => ruleSets.prepare(snapshot));
  await keys.start();
  ruleSets.start();
  // Until the newest release is installed nothing can be judged, and an older one must not be applied.
  health.register('rules', () => ruleSets.missing());
  platform.onDrain('loops', () => ruleSets.stop());
  health.register('keys', () => keys.missing());
  health.watch('keys', () => keys.stale());
  health.watch('decision-key', () =>
    decisionSigners().some(({ kid }) => isLive(kid) ?? true) ? undefined : 'not-live',
  );
  platform.onDrain('loops', async () => {
    ledgerKeys.stop();
    await keys.stop();
  });

  const expiry = new KeyExpiry(
    () => keys.newest()?.snapshot,
    () => ['exchange'],
    log,
    now,
  );
  health.watch('key-expiry', () => expiry.warning());
  expiry.start();
  platform.onDrain('loops', () => expiry.stop());

  const law = new Law(keys, new Cooperations(registry), ruleSets);
  const judge = new Judge(law);
  const fresh = { id: newId, blind: () => randomBytes(BLIND_BYTES) };
  const recorder = new Recorder(decisionSigners, config.DELGE_ENVIRONMENT, fresh, () => keys.isFresh());
  const senders = new EstablishSender(law, config.DELGE_ENVIRONMENT);
  const keeping = new KeepBlobs(dataSource, await blobStoreOf(config), law, config.BLOB_QUOTA_BYTES, now);
  const deciding = new DecideMessage(dataSource, senders, judge, recorder, now, crash, keeping);
  const publisher = new ConfirmPublisher(config.AMQP_URL, 'exchange', log);
  const relay = new OutboxRelay(dataSource, publisher, log, { schema, crash });
  const releasing = new ReleaseProven(
    dataSource,
    trust.logs.disclosure,
    law,
    judge,
    deciding,
    recorder,
    config.DECISION_MAX_AGE_MS,
    newId,
    now,
    crash,
    relay,
  );

  // Asking connects: an exchange that has nothing to publish is ready all the same when the broker is back.
  health.register('broker', async () => {
    await publisher.connect().catch(() => undefined);
    return publisher.fault();
  });
  const releaser = new Releaser(releasing, new LedgerProofs(ledger), log, () => relay.wake(), now);
  const aside = new SetAsideMessages(dataSource, law, recorder, newId, now);
  // Held is an alarm for people, and no reason to take the exchange out of service.
  health.watch('quarantine-held', async () => ((await aside.depth()).held > 0 ? 'held' : undefined));
  health.measure('quarantine-held', async () => (await aside.depth()).held);
  health.measure('quarantine-oldest-ms', async () => (await aside.depth()).oldestMs);
  const sweep = new Sweep(
    releasing,
    dataSource,
    keeping,
    new QuarantineDepth(() => aside.depth(), log, now),
    config.SEALED_COPY_MS,
    config.SWEEP_INTERVAL_MS,
    log,
    now,
    () => releaser.wake(),
  );
  relay.start();
  releaser.start();
  sweep.start();
  platform.onDrain('loops', () => sweep.stop());
  platform.onDrain('loops', () => releaser.stop());
  platform.onDrain('relay', async () => {
    await relay.drain();
    await publisher.close();
  });
  // Connects early so that readiness tells the truth; the relay connects again whenever it must.
  await publisher.connect().catch(() => undefined);

  const unreleased = new Unreleased(dataSource, { lagMs: config.LOG_LAG_MS, most: config.UNRELEASED_MAX }, log, now);
  await unreleased.look().catch(() => undefined);
  unreleased.start();
  platform.onDrain('loops', () => unreleased.stop());
  health.register('log', () => unreleased.fault());
  health.measure('unreleased-entries', () => unreleased.size());
  health.measure('unreleased-age-seconds', () => unreleased.age());

  const waits = new WaitsForGateways(dataSource, config.OUTBOX_LATE_MS, log, now);
  await waits.look().catch(() => undefined);
  waits.start();
  platform.onDrain('loops', () => waits.stop());
  health.watch('outbox', () => waits.warning());
  health.measure('outbox-messages', () => waits.count());
  health.measure('outbox-age-seconds', () => waits.age());

  const hint = new HintGiver(dataSource, 'ledger_pending');
  platform.onDrain('loops', () => hint.told());
  const receipts = new TakeReceipt(dataSource, senders, recorder, now, crash);
  const retractions = new TakeRetraction(dataSource, senders, recorder, now);
  const refusals = new TakeRefusal(dataSource, senders, recorder, now);
  const recorded = new TakeRecordedDisclosure(dataSource, senders, recorder, now);
  const early: EarlyStatements = new EarlyStatements(
    dataSource,
    (message) => handle.attempt(message),
    (message, reason) => handle.setAside(message, reason),
    config.EARLY_MS,
    log,
    now,
  );
  const handle = new HandleGatewayMessage(
    deciding,
    receipts,
    retractions,
    refusals,
    recorded,
    aside,
    releaser,
    () => hint.tell(),
    log,
    () => unreleased.tooMany(),
    early,
    new TakeReleaseHold(dataSource, senders, recorder, now),
  );
  early.start();
  platform.onDrain('loops', () => early.stop());
  return {
    module: ExchangeModule,
    controllers: [
      GatewayMessages,
      DeadLetters,
      QuarantineController,
      DecisionController,
      BlobController,
      ToldController,
    ],
    providers: [
      { provide: DataSource, useValue: dataSource },
      { provide: Law, useValue: law },
      { provide: Suspects, useValue: new Suspects(dataSource, schema) },
      { provide: HandleGatewayMessage, useValue: handle },
      { provide: SetAsideMessages, useValue: aside },
      { provide: GiveAgain, useValue: new GiveAgain(dataSource, newId, now) },
      { provide: Releaser, useValue: releaser },
      { provide: KeepBlobs, useValue: keeping },
      { provide: TellAgain, useValue: new TellAgain(dataSource, law, new LedgerProofs(ledger), now) },
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) =>
          new ExchangeGuard(
            reflector,
            new OperatorGuard(reflector, operatorSecret),
            new ServiceTokenGuard(
              reflector,
              'exchange',
              () => keys.newest()?.snapshot,
              () => keys.refresh(),
              now,
            ),
          ),
      },
    ],
  };
};

/** Without these everything that comes would be held. */
const NEEDED = ['database', 'keys', 'rules'];

/** Consumers start last: what they take in can be handled by then. */
const consume = async (app: INestApplication, config: ExchangeConfig, platform: Platform): Promise<void> => {
  const { log, health } = platform;
  const { AMQP_URL: url, PREFETCH: prefetch } = config;
  const mayConsume = async (): Promise<boolean> => {
    const faults = await health.faults();
    return !NEEDED.some((name) => name in faults);
  };
  const suspects = app.get(Suspects);
  const inbound = new DisclosureTransport(
    { url, queue: EXCHANGE_QUEUE, name: 'exchange', prefetch, suspects, mayConsume },
    log,
  );
  const dead = new DisclosureTransport(
    { url, queue: QUARANTINE_QUEUE, name: 'exchange', prefetch: 4, deadLetters: true, mayConsume },
    log,
  );
  for (const [name, strategy] of Object.entries({ consumer: inbound, quarantine: dead })) {
    app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
    health.register(name, () => strategy.fault());
    platform.onDrain('consumers', () => strategy.drain());
  }
  await app.startAllMicroservices();
};

const blobProblems: Readonly<Record<BlobFault, readonly [ProblemCode, number]>> = {
  'not-found': ['not-found', 404],
  'too-large': ['too-large', 413],
  quota: ['quota', 507],
  'id-reuse': ['id-reuse', 409],
  offset: ['upload-offset', 409],
  'part-size': ['attachment-invalid', 422],
  digest: ['attachment-invalid', 422],
};

const stillHeld = (code: string): ProblemError =>
  new ProblemError('still-held', 409, { extensions: { code, codeText: textOf(code) } });

export const exchangeService: Service<ExchangeConfig> = {
  name: 'exchange',
  config: ExchangeConfig,
  module: assemble,
  started: consume,
  bodies: [{ method: 'PATCH', path: /^\/v1\/blobs\/[^/]+$/, type: 'application/octet-stream', as: 'octets' }],
  translate: (error) => {
    if (error instanceof BlobRefused) return new ProblemError(...blobProblems[error.code]);
    if (error instanceof BlobStoreAway) return new ProblemError('not-ready', 503);
    if (error instanceof SetAside) return stillHeld(error.reason);
    if (error instanceof StillHeld) return stillHeld(error.code);
    return error instanceof NotYet || isStoreFailure(error) ? new ProblemError('not-ready', 503) : undefined;
  },
};

const blobStoreOf = async ({
  BLOB_S3_URL: url,
  BLOB_S3_REGION: region,
  BLOB_S3_CREDENTIALS_FILE: file,
  BLOB_DIR: dir,
}: ExchangeConfig): Promise<BlobStore> => {
  if (url === undefined) return new FileBlobStore(dir);
  if (file === undefined) throw new Error('BLOB_S3_URL is set without BLOB_S3_CREDENTIALS_FILE');
  const [accessKeyId = '', secretAccessKey = ''] = (await readFile(file, 'utf8')).split('\n');
  if (accessKeyId === '' || secretAccessKey === '')
    throw new Error('BLOB_S3_CREDENTIALS_FILE does not have two lines: access key id, secret access key');
  return new S3BlobStore({ url, region, accessKeyId, secretAccessKey });
};
