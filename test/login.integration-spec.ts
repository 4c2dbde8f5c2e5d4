import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { LoginStore } from '#login';
import { PostgresLoginStore as ConsoleLogins } from '../apps/console/src/persistence/login.store.js';
import { PostgresLoginStore as GatewayLogins } from '../apps/gateway/src/persistence/login.store.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);

describe('logins that were begun', () => {
  let databases: OwnDatabases;
  const stores = new Map<string, LoginStore>();
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('login');
    const { gateways, operator } = databases.urls;
    stores.set('gateway', new GatewayLogins(await databases.connect(gateways.get('kommunerna') ?? '', 'gateway')));
    stores.set('console', new ConsoleLogins(await databases.connect(operator.console, 'console'), () => ''));
  });
  afterAll(() => databases.drop());

  const attempt = { issuer: 'https://idp.example', state: 's', nonce: 'n', verifier: 'v', returnTo: '/' };

  it.each(['gateway', 'console'])('are kept at the %s up to a number, and the oldest gives way', async (app) => {
    const store = stores.get(app) as LoginStore;
    const now = Date.now();
    const keys = Array.from({ length: 9 }, () => randomBytes(32));
    for (const [at, key] of keys.entries()) await store.keepAttempt(key, attempt, now + 60_000 + at, 4);
    const kept: number[] = [];
    for (const [at, key] of keys.entries()) if ((await store.takeAttempt(key, now)) !== undefined) kept.push(at);
    expect(kept).toEqual([5, 6, 7, 8]);
  });

  it.each(['gateway', 'console'])('are gone from the %s when their time is', async (app) => {
    const store = stores.get(app) as LoginStore;
    const [old, key] = [randomBytes(32), randomBytes(32)];
    const now = Date.now();
    await store.keepAttempt(old, attempt, now - 1, 100);
    await store.keepAttempt(key, attempt, now + 60_000, 100);
    expect(await store.takeAttempt(old, now - 60_000)).toBeUndefined();
    expect(await store.takeAttempt(key, now)).toEqual(attempt);
    expect(await store.takeAttempt(key, now)).toBeUndefined();
  });
});
