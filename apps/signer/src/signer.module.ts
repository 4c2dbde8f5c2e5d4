import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { openKeys, readTrust } from '#operator';
import { Hints, dataSourceOptions } from '#persistence';
import { Clock, PolicyGuard } from '#platform';
import type { Platform, Service } from '#platform';
import { DataSource } from 'typeorm';
import { SignLog } from './application/sign-log.js';
import { Signing } from './application/signing.js';
import { LeafStore } from './persistence/leaf.store.js';
import { SignerConfig } from './signer.config.js';
import { StateFile } from './state/state-file.js';

@Module({})
class SignerModule {}

/** The signer has no routes but those of its health. */
class NobodyGuard extends PolicyGuard {
  protected override authorize(): boolean {
    return false;
  }
}

const assemble = async (config: SignerConfig, platform: Platform): Promise<DynamicModule> => {
  const { log, health, crash } = platform;
  const trust = await readTrust(config);
  const url = config.DATABASE_URL;
  const options = dataSourceOptions({ url, schema: 'ledger', poolSize: 2, name: 'signer' });
  const dataSource = await new DataSource(options).initialize();
  platform.onDrain('stores', () => dataSource.destroy());
  health.register('database', async () => void (await dataSource.query('SELECT 1')));
  const { now } = await Clock.of(dataSource, platform);
  await mkdir(config.STATE_DIR, { recursive: true, mode: 0o700 });

  const keys = await openKeys(config, platform);
  const checkpoints = { disclosure: config.DISCLOSURE_CHECKPOINT_FILE, keys: config.KEYS_CHECKPOINT_FILE };
  const both: Signing[] = [];
  const states: StateFile[] = [];
  for (const name of ['disclosure', 'keys'] as const) {
    const own = trust.logs[name];
    const state = new StateFile(join(config.STATE_DIR, `${name}.json`), own.origin, crash);
    const signLog = new SignLog(
      new LeafStore(dataSource, name),
      state,
      own,
      { ...keys.noteSigner(`log:${name}`, 'log'), name: own.origin },
      now,
      crash,
    );
    const lost = checkpoints[name] === undefined ? undefined : await readFile(checkpoints[name], 'utf8');
    const signing = new Signing(name, signLog, config.GENESIS === 'true', lost, config.HEARTBEAT_MS, log, now);
    health.register(name, () => signing.fault());
    signing.start();
    both.push(signing);
    states.push(state);
  }
  const wake = (): void => both.forEach((signing) => signing.wake());
  const hints = new Hints(url, { ledger_leaf: wake }, () => log.warn('hints.not-connected'));
  await hints.start();
  platform.onDrain('loops', async () => {
    await hints.stop();
    await Promise.all(both.map((signing) => signing.stop()));
    states.forEach(({ lock }) => lock.release());
  });
  return {
    module: SignerModule,
    providers: [
      { provide: APP_GUARD, inject: [Reflector], useFactory: (reflector: Reflector) => new NobodyGuard(reflector) },
    ],
  };
};

export const signerService: Service<SignerConfig> = { name: 'signer', config: SignerConfig, module: assemble };
