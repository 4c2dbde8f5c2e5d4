import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { ServiceTokenGuard, readTrust } from '#operator';
import { Hints, dataSourceOptions, isStoreFailure } from '#persistence';
import { ProblemError } from '#platform';
import type { Platform, Service } from '#platform';
import { DataSource } from 'typeorm';
import { Checkpoints } from './application/checkpoints.js';
import { OwnKeys } from './application/own-keys.js';
import { ReadLog } from './application/read-log.js';
import { Sequence } from './application/sequence.js';
import { Sequencer } from './application/sequencer.js';
import { LogAnswers } from './http/answers.js';
import { DisclosureLogController } from './http/disclosure-log.controller.js';
import { KeysLogController } from './http/keys-log.controller.js';
import { LedgerConfig } from './ledger.config.js';
import { schema } from './persistence/index.js';
import { LogStore } from './persistence/log.store.js';

@Module({})
class LedgerModule {}

const assemble = async (config: LedgerConfig, platform: Platform): Promise<DynamicModule> => {
  const { log, health, crash } = platform;
  const trust = await readTrust(config);
  const { DATABASE_URL: url, DATABASE_POOL: poolSize } = config;
  const dataSource = await new DataSource(dataSourceOptions({ url, schema, poolSize })).initialize();
  platform.onDrain('stores', () => dataSource.destroy());
  health.register('database', async () => void (await dataSource.query('SELECT 1')));

  const store = new LogStore(dataSource);
  const sequencer = new Sequencer(new Sequence(store, config.BATCH, log, crash), log);
  const checkpoints = new Checkpoints(store, log, () => new Date());
  const hints = new Hints(
    url,
    { ledger_pending: () => sequencer.wake(), ledger_checkpoint: () => void checkpoints.look() },
    () => log.warn('hints.not-connected'),
  );
  health.register('checkpoints', () => checkpoints.missing());
  health.watch('checkpoints', () => checkpoints.stale());
  await checkpoints.look();
  await hints.start();
  checkpoints.start();
  sequencer.start();
  platform.onDrain('loops', async () => {
    checkpoints.stop();
    await hints.stop();
    await sequencer.stop();
  });

  const keys = new OwnKeys(store, trust);
  const reading = new ReadLog(store, checkpoints);
  return {
    module: LedgerModule,
    controllers: [KeysLogController, DisclosureLogController],
    providers: [
      { provide: LogStore, useValue: store },
      { provide: ReadLog, useValue: reading },
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
          ),
      },
    ],
  };
};

export const ledgerService: Service<LedgerConfig> = {
  name: 'ledger',
  config: LedgerConfig,
  module: assemble,
  translate: (error) => (isStoreFailure(error) ? new ProblemError('not-ready', 503) : undefined),
};
