import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { aGateway, aWorld, example } from '#testing';
import type { World } from '#testing';
import type { SubmitReferralDto } from '#contracts';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { WatchDeadlines } from '../apps/gateway/src/application/watch-deadlines.js';
import { duesOf, metBy } from '../apps/gateway/src/domain/deadlines.js';
import { PostgresDueStore } from '../apps/gateway/src/persistence/due.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const HOUR_MS = 3_600_000;

describe('a receipt that is awaited', () => {
  let world: World;
  let databases: OwnDatabases;
  let referrals: PostgresReferralStore;
  let dues: PostgresDueStore;
  let watching: WatchDeadlines;
  let submitting: SubmitReferral;
  const { system, referral } = example('01');
  const other = 'linkoping/socialnamnden';

  beforeAll(async () => {
    world = await aWorld();
    const gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('deadlines');
    const db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    referrals = new PostgresReferralStore(db, gateway.keys, new Outbox('kommunerna', noRelay));
    dues = new PostgresDueStore(db);
    const { now } = world.clock;
    watching = new WatchDeadlines(dues, () => [system, other], now);
    const { evaluate, sealing } = gateway;
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, now, () => undefined);
  });
  afterAll(() => databases.drop());

  const sent = async (): Promise<{ readonly id: string; readonly messageId: string }> => {
    const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
    const { recipients } = await submitting.submit(system, body);
    return { id: body.id, messageId: recipients[0]?.messageId ?? '' };
  };
  const statement = (messageId: string, kind: string) => ({
    entryId: randomUUID(),
    messageId,
    kind,
    entry: 'e',
    at: new Date(),
  });
  const released = (messageId: string) => {
    const at = world.clock.now();
    return referrals.record(system, statement(messageId, 'decision'), 'released', {
      set: duesOf(referral.type, 'none', at, at),
      at,
    });
  };
  const received = (messageId: string, kind: string) =>
    referrals.record(system, statement(messageId, 'receipt-recorded'), 'fetched', {
      met: metBy(kind),
      at: world.clock.now(),
    });
  const listed = async (): Promise<readonly string[]> =>
    (await referrals.list(system, { limit: 50, overdue: 'true' }, world.clock.now())).map(({ id }) => id);

  it('is told of once when its time has passed, listed until it comes, and changes no state', async () => {
    const { id, messageId } = await sent();
    await released(messageId);
    expect((await dues.open(system, [messageId])).map(({ what }) => what)).toEqual(['technical', 'accepted']);
    expect([await watching.alarms(), await listed()]).toEqual([[], []]);
    world.clock.advance(HOUR_MS);
    expect(await watching.alarms()).toEqual([{ messageId, what: 'technical', authority: system }]);
    expect([await watching.alarms(), await watching.standing(), await listed()]).toEqual([[], 1, [id]]);
    expect((await referrals.findMessage(system, messageId))?.state).toBe('released');
    expect(await dues.open(other, [messageId])).toEqual([]);
    await received(messageId, 'technical');
    expect([await watching.standing(), await listed()]).toEqual([0, []]);
    world.clock.advance(30 * 24 * HOUR_MS);
    expect(await watching.alarms()).toEqual([{ messageId, what: 'accepted', authority: system }]);
    await received(messageId, 'form-rejected');
    expect([await watching.standing(), await listed()]).toEqual([0, []]);
  });

  it('that came before the news of the release is not awaited', async () => {
    const { messageId } = await sent();
    await received(messageId, 'accepted');
    await released(messageId);
    world.clock.advance(30 * 24 * HOUR_MS);
    expect([await dues.open(system, [messageId]), await watching.alarms()]).toEqual([[], []]);
  });

  it('keeps its time when the release is told once more', async () => {
    const { messageId } = await sent();
    await released(messageId);
    const before = await dues.open(system, [messageId]);
    world.clock.advance(HOUR_MS / 2);
    await released(messageId);
    expect(await dues.open(system, [messageId])).toEqual(before);
  });
});
