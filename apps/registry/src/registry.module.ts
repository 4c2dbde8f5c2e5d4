import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { generateKey } from '#envelope';
import { ServiceTokenGuard, readTrust } from '#operator';
import { dataSourceOptions, isStoreFailure } from '#persistence';
import { Clock, ProblemError } from '#platform';
import type { Platform, Service } from '#platform';
import { MAX_RULE_SET_BYTES } from '#legal-basis';
import { SnapshotError } from '#snapshot';
import { DataSource } from 'typeorm';
import { OpenCooperation } from './application/open-cooperation.js';
import { StatementConflict, TakeStatement } from './application/take-statement.js';
import { ReleaseRefused } from './domain/release.js';
import { SealingChallenge } from './domain/sealing-challenge.js';
import { CooperationController } from './http/cooperation.controller.js';
import { PossessionController } from './http/possession.controller.js';
import { RuleSetController } from './http/rule-set.controller.js';
import { StatementController } from './http/statement.controller.js';
import { CooperationStore } from './persistence/cooperation.store.js';
import { schema } from './persistence/index.js';
import { RuleSetStore } from './persistence/rule-set.store.js';
import { StatementStore } from './persistence/statement.store.js';
import { RegistryConfig } from './registry.config.js';

@Module({})
class RegistryModule {}

const assemble = async (config: RegistryConfig, platform: Platform): Promise<DynamicModule> => {
  const trust = await readTrust(config);
  const { DATABASE_URL: url, DATABASE_POOL: poolSize } = config;
  const dataSource = await new DataSource(dataSourceOptions({ url, schema, poolSize })).initialize();
  platform.onDrain('stores', () => dataSource.destroy());
  platform.health.register('database', async () => void (await dataSource.query('SELECT 1')));
  const { now } = await Clock.of(dataSource, platform);
  const ruleSets = new RuleSetStore(dataSource);
  const statementStore = new StatementStore(dataSource);
  const challenge = new SealingChallenge(() => generateKey('sealing'));
  const statements = new TakeStatement(statementStore, ruleSets, trust, challenge, now);
  await statements.snapshot();
  return {
    module: RegistryModule,
    controllers: [StatementController, PossessionController, RuleSetController, CooperationController],
    providers: [
      { provide: RuleSetStore, useValue: ruleSets },
      { provide: StatementStore, useValue: statementStore },
      { provide: TakeStatement, useValue: statements },
      { provide: SealingChallenge, useValue: challenge },
      { provide: OpenCooperation, useValue: new OpenCooperation(statements, new CooperationStore(dataSource)) },
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) =>
          new ServiceTokenGuard(
            reflector,
            'registry',
            () => statements.newest(),
            async () => void (await statements.snapshot()),
            now,
          ),
      },
    ],
  };
};

export const registryService: Service<RegistryConfig> = {
  name: 'registry',
  config: RegistryConfig,
  module: assemble,
  bodies: [
    { method: 'POST', path: /^\/v1\/statements$/, type: 'text/plain', as: 'text' },
    {
      method: 'POST',
      path: /^\/v1\/rule-sets$/,
      type: 'application/json',
      as: 'json',
      maxBytes: MAX_RULE_SET_BYTES,
    },
  ],
  translate: (error) => {
    if (error instanceof StatementConflict) return new ProblemError('id-reuse', 409);
    if (error instanceof ReleaseRefused && error.versions.length > 0)
      return new ProblemError('basis-version-altered', 422, {
        extensions: { code: error.code, versions: error.versions },
      });
    // Whoever brings a statement is nobody until it is signed: which keys there are is not told by what fails.
    if (error instanceof SnapshotError && error.path === 'signer')
      return new ProblemError('statement-refused', 422, { extensions: { code: 'BAD_SIGNATURE' }, reason: error.code });
    if (error instanceof SnapshotError || error instanceof ReleaseRefused)
      return new ProblemError('statement-refused', 422, { extensions: { code: error.code } });
    if (isStoreFailure(error)) return new ProblemError('not-ready', 503);
    return undefined;
  },
};
