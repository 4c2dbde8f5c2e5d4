import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { HoldError, OutboxRoom, gatewayDeliveryKey } from '#messaging';
import { dataSourceOptions, isStoreFailure } from '#persistence';
import { EventLog } from '#platform';
import { aGateway, aWorld, example } from '#testing';
import type { World } from '#testing';
import { DataSource } from 'typeorm';
import { Unreleased } from '../apps/exchange/src/application/unreleased.js';
import { WaitsForGateways } from '../apps/exchange/src/application/waits-for-gateways.js';
import { HandleGatewayMessage } from '../apps/exchange/src/messages/handle-gateway-message.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { record } from './faults/results.js';
import { OwnDatabases, silent } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);

/** Design.md section 11, reliability F9 and F36: what cannot be kept is refused at once, and what waits, waits. */
describe('back-pressure', () => {
  let world: World;
  let databases: OwnDatabases;
  let url: string;
  let db: DataSource;
  const { system, referral } = example('01');

  beforeAll(async () => {
    world = await aWorld();
    databases = await OwnDatabases.deploy('pressure');
    url = databases.urls.gateways.get('kommunerna') ?? '';
    db = await databases.connect(url, 'gateway');
  });
  afterAll(() => databases.drop());
  beforeEach(() => db.query(`DELETE FROM gateway.outbox`));

  const aReferral = (): SubmitReferralDto =>
    ({ ...referral, id: randomUUID(), caseId: randomUUID() }) as SubmitReferralDto;
  const submitting = async (room: OutboxRoom): Promise<SubmitReferral> => {
    const { keys, evaluate, sealing } = await aGateway(world, 'kommunerna');
    const store = new PostgresReferralStore(db, keys, new Outbox('kommunerna', noRelay));
    const fault = () => room.fault();
    return new SubmitReferral(store, evaluate, sealing, 1e9, world.newId, world.clock.now, () => undefined, {
      room: fault,
    });
  };
  const LIMITS = { messages: 3, bytes: 1e9, lateMs: 30_000 };
  const aRoom = async (limits: typeof LIMITS): Promise<OutboxRoom> => {
    const room = new OutboxRoom(db, 'gateway', limits, silent);
    await room.look();
    return room;
  };

  it('of a full outbox: nothing new is taken, what was taken gets its answer, and it goes on when some has left', async () => {
    const room = await aRoom(LIMITS);
    const submit = await submitting(room);
    const taken = [aReferral(), aReferral(), aReferral()];
    const answers = [];
    for (const one of taken) answers.push(await submit.submit(system, one));
    await room.look();
    expect([room.fault(), room.count()]).toEqual(['full', 3]);
    const refused = aReferral();
    await expect(submit.submit(system, refused)).rejects.toMatchObject({ code: 'OUTBOX_FULL' });
    expect(await db.query(`SELECT 1 FROM gateway.referral WHERE id = $1`, [refused.id])).toEqual([]);
    expect(await submit.submit(system, taken[0] as SubmitReferralDto)).toEqual(answers[0]);
    await db.query(`UPDATE gateway.outbox SET published_at = now() WHERE seq = (SELECT min(seq) FROM gateway.outbox)`);
    await room.look();
    expect(room.fault()).toBeUndefined();
    expect((await submit.submit(system, refused)).state).toBe('accepted');
  });

  it('of an outbox that is full by octets', async () => {
    const room = await aRoom({ ...LIMITS, bytes: 1000 });
    const submit = await submitting(room);
    await submit.submit(system, aReferral());
    await room.look();
    expect(room.fault()).toBe('full');
  });

  it('of an outbox that nobody could look at: nothing new is taken, and what was taken gets its answer', async () => {
    const seen = await aRoom(LIMITS);
    const taken = aReferral();
    const answered = await (await submitting(seen)).submit(system, taken);
    const unseen = new OutboxRoom({ query: () => Promise.reject(new Error('away')) }, 'gateway', LIMITS, silent);
    await expect(unseen.look()).rejects.toThrow('away');
    const submit = await submitting(unseen);
    const refused = aReferral();
    await expect(submit.submit(system, refused)).rejects.toMatchObject({ code: 'OUTBOX_UNSEEN' });
    expect(await db.query(`SELECT 1 FROM gateway.referral WHERE id = $1`, [refused.id])).toEqual([]);
    expect(await submit.submit(system, taken)).toEqual(answered);
  });

  it('refuses nothing for its age alone: what waits for days is a warning', async () => {
    const room = await aRoom(LIMITS);
    const submit = await submitting(room);
    await submit.submit(system, aReferral());
    await db.query(`UPDATE gateway.outbox SET created_at = now() - interval '6 days'`);
    await room.look();
    expect([room.fault(), room.warning()]).toEqual([undefined, 'late']);
    expect((await submit.submit(system, aReferral())).state).toBe('accepted');
  });

  it('of a pool whose connections are all taken: told within 2 s, and well again when one is given back', async () => {
    const small = await new DataSource(
      dataSourceOptions({ url, schema: 'gateway', poolSize: 1, waitMs: 1_000 }),
    ).initialize();
    try {
      const holding = small.createQueryRunner();
      await holding.connect();
      const began = Date.now();
      const error: unknown = await small.query('SELECT 1').catch((caught: unknown) => caught);
      const toldMs = Date.now() - began;
      expect([isStoreFailure(error), toldMs < 2_000]).toEqual([true, true]);
      await holding.release();
      expect(await small.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      record('F36', { 'told after': `${toldMs} ms` });
    } finally {
      await small.destroy();
    }
  });

  it('of a log that is behind: red after a while, and at the bound the exchange takes nothing more', async () => {
    const exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
    const unreleased = new Unreleased(exchange, { lagMs: 5_000, most: 2 }, silent, () => new Date());
    const handle = new HandleGatewayMessage(
      ...([{}, {}, {}, {}, {}, {}, {}] as unknown as [never, never, never, never, never, never, never]),
      () => undefined,
      silent,
      () => unreleased.tooMany(),
    );
    const notice = (seconds: number) =>
      exchange.query(
        `INSERT INTO exchange.notice (entry_id, kind, gateway, notice, blind, at)
         VALUES (gen_random_uuid(), 'expired', 'kommunerna', 'n', '', now() - $1 * interval '1 second')`,
        [seconds],
      );
    await notice(1);
    await unreleased.look();
    expect(unreleased.fault()).toBeUndefined();
    await notice(10);
    await unreleased.look();
    expect(unreleased.fault()).toBe('too-many');
    const message = {
      body: new Uint8Array(),
      type: 'unknown',
      messageId: '',
      userId: '',
      redelivered: false,
      deliveries: 0,
    };
    await expect(handle.take(message)).rejects.toThrow(HoldError);
    await exchange.query(`UPDATE exchange.notice SET released_at = now() WHERE at > now() - interval '5 seconds'`);
    await unreleased.look();
    expect([unreleased.fault(), unreleased.size()]).toEqual(['lagging', 1]);
    await exchange.query(`UPDATE exchange.notice SET released_at = now()`);
    await unreleased.look();
    expect(unreleased.fault()).toBeUndefined();
  });

  it('of gateways that are away: each is named when what waits for it is late, and again when it is not, and nothing is refused', async () => {
    const exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
    const lines: unknown[] = [];
    const log = new EventLog('test', 'info', { write: (line: string) => void lines.push(JSON.parse(line)) });
    const waits = new WaitsForGateways(exchange, 60_000, log, () => new Date());
    expect(waits.warning()).toBe('unseen');
    const row = (gateway: string, seconds: number) =>
      exchange.query(
        `INSERT INTO exchange.outbox (id, exchange, routing_key, type, body, created_at)
         VALUES (gen_random_uuid(), 'dx.out', $1, 'delivery.released.v1', '', now() - $2 * interval '1 second')`,
        [gatewayDeliveryKey(gateway), seconds],
      );
    await row('kommunerna', 5);
    await row('myndigheterna', 90);
    await row('myndigheterna', 5);
    await waits.look();
    await waits.look();
    expect([waits.warning(), waits.count(), Math.round((waits.age() ?? NaN) / 10)]).toEqual(['late', 3, 9]);
    expect(lines).toMatchObject([{ event: 'outbox.late', gatewayId: 'myndigheterna', count: 2 }]);
    await exchange.query(`DELETE FROM exchange.outbox WHERE routing_key = $1`, [gatewayDeliveryKey('myndigheterna')]);
    await waits.look();
    expect([waits.warning(), waits.count()]).toEqual([undefined, 1]);
    expect(lines.slice(1)).toMatchObject([{ event: 'outbox.left', gatewayId: 'myndigheterna' }]);
  });
});
