import { randomBytes, randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { KeyExpiry, ServiceTokenGuard, openKeys, readTrust } from '#operator';
import { Hints, dataSourceOptions, isStoreFailure } from '#persistence';
import { Clock, ProblemError, Rate } from '#platform';
import type { Platform, Service } from '#platform';
import { DataSource } from 'typeorm';
import { AccessKey } from './application/access-key.js';
import { EraseOpenings } from './application/erase-openings.js';
import { Eraser } from './application/eraser.js';
import { AskingWitness } from './application/asking-witness.js';
import { Checkpoints } from './application/checkpoints.js';
import { DateEntries } from './application/date-entries.js';
import { Lag } from './application/lag.js';
import { OfferCheckpoints } from './application/offer-checkpoints.js';
import { OwnKeys } from './application/own-keys.js';
import { Quorum } from './application/quorum.js';
import { ReadLog } from './application/read-log.js';
import { ReadParties } from './application/read-parties.js';
import { Sequence } from './application/sequence.js';
import { Sequencer } from './application/sequencer.js';
import { FollowOpenings } from './application/follow-openings.js';
import { ShowOpenings } from './application/show-openings.js';
import { ShowReview } from './application/show-review.js';
import { TakeAssignment } from './application/take-assignment.js';
import { TakeKeeping } from './application/take-keeping.js';
import { TakeCosignatures } from './application/take-cosignatures.js';
import { AssignmentRefused } from './domain/assignment.js';
import { KeepingRefused } from './domain/keeping.js';
import { LOGS } from './domain/log.js';
import { isUnproven } from './domain/statement.js';
import { LogAnswers } from './http/answers.js';
import { AssignmentController } from './http/assignment.controller.js';
import { DisclosureLogController } from './http/disclosure-log.controller.js';
import { KeepingController } from './http/keeping.controller.js';
import { KeysLogController } from './http/keys-log.controller.js';
import { WitnessController } from './http/witness.controller.js';
import { OpeningController } from './http/opening.controller.js';
import { LedgerConfig } from './ledger.config.js';
import { AssignmentStore } from './persistence/assignment.store.js';
import { CheckpointStore } from './persistence/checkpoint.store.js';
import { KeepingStore } from './persistence/keeping.store.js';
import { schema } from './persistence/index.js';
import { LogStore } from './persistence/log.store.js';
import { OpeningStore } from './persistence/opening.store.js';
import { PartyStore } from './persistence/party.store.js';
import { StandardWitness } from './witness/standard-witness.js';

@Module({})
class LedgerModule {}

const fresh = { id: (): string => randomUUID(), blind: (): Buffer => randomBytes(32) };

const assemble = async (config: LedgerConfig, platform: Platform): Promise<DynamicModule> => {
  const { log, health, crash } = platform;
  const trust = await readTrust(config);
  const held = await openKeys(config, platform);
  const { DATABASE_URL: url, DATABASE_POOL: poolSize } = config;
  const dataSource = await new DataSource(dataSourceOptions({ url, schema, poolSize })).initialize();
  platform.onDrain('stores', () => dataSource.destroy());
  health.register('database', async () => void (await dataSource.query('SELECT 1')));
  const { now } = await Clock.of(dataSource, platform);

  const store = new LogStore(dataSource);
  const sequencer = new Sequencer(new Sequence(store, config.BATCH, log, crash), config.BATCH, log);
  const quorums = { disclosure: new Quorum(trust.logs.disclosure), keys: new Quorum(trust.logs.keys) };
  const checkpointStore = new CheckpointStore(dataSource);
  const checkpoints = new Checkpoints(checkpointStore, quorums, log, now, crash);
  const hints = new Hints(
    url,
    {
      ledger_pending: () => sequencer.wake(),
      ledger_checkpoint: () => checkpoints.signed(),
      ledger_cosignature: () => checkpoints.hinted(),
      ledger_round: () => checkpoints.hinted(),
    },
    () => log.warn('hints.not-connected'),
  );
  health.register('checkpoints', () => checkpoints.missing());
  health.watch('checkpoints', () => checkpoints.stale());
  health.watch('quorum', () => checkpoints.unmet());
  await checkpoints.look();
  await hints.start();
  checkpoints.start();
  const parties = new ReadParties(new PartyStore(dataSource), log);
  parties.start();
  sequencer.start();
  const keys = new OwnKeys(store, trust);
  const access = new AccessKey(() => held.signers('ledger', 'access'), keys, checkpoints, now);
  health.watch('access-key', () => access.missing());
  const expiry = new KeyExpiry(
    () => keys.newest(),
    () => ['ledger'],
    log,
    now,
  );
  health.watch('key-expiry', () => expiry.warning());
  expiry.start();
  platform.onDrain('loops', () => expiry.stop());
  const keeping = new KeepingStore(dataSource);
  const environment = config.DELGE_ENVIRONMENT;
  const eraser = new Eraser(new EraseOpenings(keeping, parties, access, environment, fresh, now, log, crash), log);
  const rate = new Rate(config.ACTS_PER_MINUTE, now);
  const taking = new TakeKeeping(
    keeping,
    parties,
    access,
    environment,
    fresh,
    now,
    () => eraser.wake(),
    crash,
    (authority) => rate.take(authority),
  );
  eraser.start();
  const reading = new ReadLog(store, checkpoints);
  const assignments = new AssignmentStore(dataSource);
  const openings = new OpeningStore(dataSource);
  const offers = new OfferCheckpoints(checkpoints, reading, log);
  const cosignatures = new TakeCosignatures(checkpointStore, quorums, checkpoints, log, now, crash);
  const asking: AskingWitness[] = [];
  for (const name of LOGS) {
    for (const { name: witness, url: prefix } of quorums[name].policy.witnesses) {
      health.watch(`witness-${witness}`, () => checkpoints.silent(witness));
      if (prefix !== undefined) {
        asking.push(new AskingWitness(name, new StandardWitness(prefix), offers, cosignatures, log));
      }
    }
  }
  for (const witness of asking) witness.start();
  const witnesses = new Set(LOGS.flatMap((name) => quorums[name].policy.witnesses.map((witness) => witness.name)));
  const lag = new Lag(store, checkpoints, [...witnesses], log, now);
  health.watch('pending', () => lag.waiting());
  for (const name of LOGS) {
    health.measure(`pending-${name}-ms`, () => store.oldestPendingMs(name));
    health.measure(`checkpoint-${name}-ms`, () => checkpoints.signedMs(name));
  }
  for (const witness of witnesses) health.measure(`witness-${witness}-ms`, () => checkpoints.cosignedMs(witness));
  lag.start();
  platform.onDrain('loops', async () => {
    checkpoints.stop();
    await hints.stop();
    await Promise.all([sequencer, parties, eraser, lag, ...asking].map((loop) => loop.stop()));
  });

  return {
    module: LedgerModule,
    controllers: [
      KeysLogController,
      DisclosureLogController,
      AssignmentController,
      KeepingController,
      OpeningController,
      WitnessController,
    ],
    providers: [
      { provide: TakeKeeping, useValue: taking },
      { provide: Rate, useValue: rate },
      {
        provide: ShowOpenings,
        useValue: new ShowOpenings(openings, parties, access, reading, trust.environment, fresh, now, log, crash),
      },
      {
        provide: ShowReview,
        useValue: new ShowReview(openings, assignments, parties, access, reading, environment, fresh, now, log, crash),
      },
      {
        provide: TakeAssignment,
        useValue: new TakeAssignment(assignments, access, environment, fresh, now, crash, (authority) =>
          rate.take(authority),
        ),
      },
      { provide: FollowOpenings, useValue: new FollowOpenings(openings, reading) },
      { provide: ReadLog, useValue: reading },
      { provide: DateEntries, useValue: new DateEntries(store, checkpointStore, quorums.disclosure, reading) },
      { provide: OfferCheckpoints, useValue: offers },
      { provide: TakeCosignatures, useValue: cosignatures },
      { provide: LogAnswers, useValue: new LogAnswers(checkpoints, reading) },
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) =>
          new ServiceTokenGuard(
            reflector,
            'ledger',
            () => keys.newest(),
            () => keys.refresh(),
            now,
          ),
      },
    ],
  };
};

export const ledgerService: Service<LedgerConfig> = {
  name: 'ledger',
  config: LedgerConfig,
  module: assemble,
  bodies: [
    { method: 'POST', path: /^\/log\/v1\/disclosure\/(?:keeping|assignments)$/, type: 'application/jose', as: 'text' },
  ],
  translate: (error) => {
    if (error instanceof KeepingRefused || error instanceof AssignmentRefused) {
      const { code } = error;
      if (code === 'id-reuse') return new ProblemError('id-reuse', 409);
      return error instanceof KeepingRefused
        ? new ProblemError('keeping-refused', 422, toldOf(code))
        : new ProblemError('assignment-refused', 422, toldOf(code));
    }
    return isStoreFailure(error) ? new ProblemError('not-ready', 503) : undefined;
  },
};

/** What is told of a fault, and what stands in the own log. */
const toldOf = (code: string) =>
  isUnproven(code) ? { extensions: { code: 'signature' }, reason: code } : { extensions: { code } };
