import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { HANDED_LEASE_S } from '#messaging';
import type { Handing, OutboxRow } from '#messaging';
import { isStoreFailure } from '#persistence';
import { aGateway, aWorld, anExchange, example, sealed } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import { DecideMessage } from '../apps/exchange/src/application/decide-message.js';
import { Recorder } from '../apps/exchange/src/application/recorder.js';
import { ReleaseProven } from '../apps/exchange/src/application/release-proven.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import type { StoredDelivery, StoredReceipt } from '../apps/gateway/src/application/ports/delivery.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { Proxy } from './faults/support/proxy.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);
const ACCOUNT = 'gw-kommunerna';
const nothing = (): void => undefined;
const { system, referral } = example('01');

/** The connection is lost at the commit: before it arrives, so that nothing was done, or before its answer does, so that all was. */
describe.each(['question', 'answer'] as const)(
  'a commit whose %s is lost is settled by its id when it comes again',
  (lost) => {
    const wasDone = lost === 'answer';
    let databases: OwnDatabases;
    let world: World;
    let proxy: Proxy;
    const handed: OutboxRow[] = [];
    const handing: Handing = { since: 0, refusing: new Set() };
    const relay = {
      takes: () => handing,
      hand: (rows: readonly OutboxRow[]): void => void handed.push(...rows),
      wake: nothing,
    };

    beforeAll(async () => {
      databases = await OwnDatabases.deploy('ambiguous');
      world = await aWorld();
      const { hostname, port } = new URL(databases.admin);
      proxy = await Proxy.before({ host: hostname, port: Number(port) });
    });
    afterAll(async () => {
      await databases.drop();
      await proxy.close();
    });

    const through = (url: string, schema: string): Promise<DataSource> => {
      const way = new URL(url);
      way.host = `${proxy.address.host}:${proxy.address.port}`;
      return databases.connect(way.toString(), schema);
    };
    /** Done once, and cut at it: whoever asked is told that the store failed. */
    const cutAt = async (text: string, work: () => Promise<unknown>): Promise<void> => {
      const cut = proxy.lose(lost, text);
      const failed = await work().then(
        () => undefined,
        (error: unknown) => error,
      );
      await cut;
      expect(isStoreFailure(failed)).toBe(true);
    };
    const count = async (db: DataSource, text: string): Promise<number> => (await db.query<unknown[]>(text)).length;

    it('of a referral that is submitted, and of a delivery that is received', async () => {
      const db = await through(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
      const { keys, evaluate, sealing } = await aGateway(world, 'kommunerna');
      const outbox = new Outbox('kommunerna', relay);
      const referrals = new PostgresReferralStore(db, keys, outbox);
      const submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, world.clock.now, nothing);
      const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;

      await cutAt('gateway.accept_unheld(', () => submitting.submit(system, body));
      const there = await referrals.find(system, body.id);
      expect(there?.messages.map(({ state }) => state)).toEqual(wasDone ? ['accepted'] : undefined);
      // Nobody was told that it was committed: it is found when its lease has ended.
      expect(handed).toEqual([]);
      const leases = await db.query<{ ends: number }[]>(
        `SELECT extract(epoch FROM claimed_until - now())::int AS ends FROM gateway.outbox`,
      );
      expect(leases.map(({ ends }) => ends > 0 && ends <= HANDED_LEASE_S)).toEqual(wasDone ? [true] : []);
      const answer = await submitting.submit(system, body);
      expect(answer.state).toBe('accepted');
      if (there !== undefined) {
        expect(answer.recipients.map(({ messageId }) => messageId)).toEqual(there.messages.map((one) => one.messageId));
      }
      expect((await referrals.find(system, body.id))?.messages).toHaveLength(1);
      expect(await count(db, `SELECT FROM gateway.outbox`)).toBe(1);

      const deliveries = new PostgresDeliveryStore(db, keys, outbox);
      const delivery: StoredDelivery = {
        ...{ authority: system, messageId: randomUUID(), attempt: 1, sender: 'orebro/socialnamnden', function: 'f' },
        ...{ caseId: randomUUID(), type: 'crime-report/1', deliveryNumber: 1, receivedAt: world.clock.now() },
        ...{ jweSha256: 'j', decisionEntryId: randomUUID(), detail: {} as unknown as StoredDelivery['detail'] },
      };
      const receive = (): Promise<boolean> => {
        const receipt = {
          receiptId: randomUUID(),
          kind: 'technical',
          receipt: 'signed',
          at: delivery.receivedAt,
          detail: {},
        };
        const outgoing = { id: randomUUID(), type: 'receipt.signed.v1' as const, body: Buffer.from('receipt') };
        return deliveries.receive(delivery, 'manifest', receipt as StoredReceipt, outgoing);
      };
      await cutAt('gateway.receive_with_dues(', receive);
      expect(await receive()).toBe(!wasDone);
      expect(await receive()).toBe(false);
      expect((await deliveries.list(system, { limit: 10 })).map((one) => one.messageId)).toEqual([delivery.messageId]);
      expect(await count(db, `SELECT FROM gateway.outbox WHERE type = 'receipt.signed.v1'`)).toBe(1);
    });

    it('of a decision, and of its release', async () => {
      const db = await through(databases.urls.operator.exchange, 'exchange');
      const gateway = await aGateway(world, 'kommunerna');
      const { signer, senders, judge, law } = await anExchange(world);
      const { now } = world.clock;
      const fresh = { id: randomUUID, blind: () => randomBytes(32) };
      const recorder = new Recorder(
        () => [signer],
        world.environment,
        fresh,
        () => true,
      );
      const deciding = new DecideMessage(db, senders, judge, recorder, now, nothing);
      const { disclosure } = world.trust.logs;
      const releasing = new ReleaseProven(
        ...([db, disclosure, law, judge, deciding, recorder, 1e9, randomUUID, now, nothing, relay] as const),
      );
      const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
      const submitted = await sealed(world, gateway, { ...example('01'), referral: body });

      await cutAt('COMMIT', () => deciding.execute(submitted, ACCOUNT));
      expect((await deciding.execute(submitted, ACCOUNT)).outcome).toBe(wasDone ? 'known' : 'permit');
      const decisions = await db.query<{ number: string }[]>(`SELECT number FROM exchange.decision`);
      // One, and no number was left out for the one that was rolled back.
      expect(decisions).toEqual([{ number: '1' }]);
      expect(await count(db, `SELECT FROM exchange.message`)).toBe(1);

      const [waiting] = await releasing.waiting(10);
      if (waiting === undefined) throw new Error('nothing waits');
      const [row] = await db.query<{ decision: string; blind: Buffer<ArrayBuffer> }[]>(
        `SELECT decision, blind FROM exchange.decision`,
      );
      const { proof } = await world.disclosure.append(row?.decision ?? '', row?.blind);
      const release = () => releasing.releaseAll(new Map([[waiting.entryId, proof]]), [waiting]);
      handed.length = 0;
      await cutAt('COMMIT', release);
      expect([...(await release())]).toEqual(wasDone ? [] : [waiting.entryId]);
      expect(handed).toHaveLength(wasDone ? 0 : 2);
      expect(await count(db, `SELECT FROM exchange.delivery`)).toBe(1);
      // The delivery and what its sender is told, each once, and each of them still to leave.
      expect(await count(db, `SELECT FROM exchange.outbox WHERE claimed_until > now()`)).toBe(2);
      expect(await count(db, `SELECT FROM exchange.outbox`)).toBe(2);
    });
  },
);
