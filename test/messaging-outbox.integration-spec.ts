import { describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EXCHANGE_QUEUE, IN_EXCHANGE, OUT_EXCHANGE, claimSql, enqueue, enqueueAll } from '#messaging';
import { giveBack } from './faults/process-faults.js';
import { GATEWAY, SOON_MS, TYPE, messaging } from './support/messaging.js';
import { eventually } from './support/stack.js';

jest.setTimeout(60_000);

interface PlanNode {
  readonly Plans?: readonly PlanNode[];
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
}
const nodesOf = (plan: unknown): readonly PlanNode[] => {
  const below = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(below)];
  return (plan as readonly { readonly Plan: PlanNode }[]).flatMap(({ Plan }) => below(Plan));
};
const claimedBy = (plan: unknown): number =>
  nodesOf(plan).find((node) => node['Node Type'] === 'ModifyTable')?.['Actual Rows'] ?? 0;
/** The most rows that one step of it went through. */
const touchedBy = (plan: unknown): number =>
  Math.max(
    ...nodesOf(plan).map(
      (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    ),
  );

describe('messages in the outbox', () => {
  const over = messaging('messaging_outbox');
  const {
    aGate,
    publisher,
    relay,
    consumer,
    consuming,
    send,
    waitingIn,
    taken,
    logged,
    unpublished,
    effects,
    settled,
  } = over;

  it('claims beside a queue that refuses without walking through what waits for it', async () => {
    const db = over.sending.createQueryRunner();
    await db.startTransaction();
    try {
      await db.query(`INSERT INTO gateway.outbox (id, exchange, routing_key, type, body)
        SELECT gen_random_uuid(), 'dx.in', CASE WHEN n > 20000 THEN 'other' ELSE 'refusing' END, 't', '' FROM generate_series(1, 20010) n`);
      const [{ 'QUERY PLAN': plan }] = (await db.query(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${claimSql('gateway', '<> ALL', 200)}`,
        [['refusing']],
      )) as [{ 'QUERY PLAN': unknown }];
      expect(claimedBy(plan)).toBe(10);
      expect(touchedBy(plan)).toBeLessThan(200);
    } finally {
      await db.rollbackTransaction();
      await db.release();
    }
  });

  it('stay in the outbox while they have nowhere to go', async () => {
    const id = randomUUID();
    const row = {
      id,
      exchange: OUT_EXCHANGE,
      routingKey: 'gw.nobody',
      type: 'notice.issued.v1',
      body: Buffer.from('{}'),
    };
    await over.receiving.transaction((tx) => enqueue(tx, 'exchange', row));
    relay(over.receiving, 'exchange', publisher(over.broker.exchange));
    expect(await logged('relay.not-published')).toMatchObject({ code: 'UNROUTABLE', count: 1 });
    const published = async (): Promise<boolean> =>
      (await over.receiving.query<object[]>('SELECT FROM exchange.outbox WHERE id = $1', [id])).length === 0;
    expect(await published()).toBe(false);
    await over.hands.assertQueue('gw.nobody.in', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await over.hands.bindQueue('gw.nobody.in', OUT_EXCHANGE, 'gw.nobody');
    expect((await taken('gw.nobody.in')).properties.messageId).toBe(id);
    await eventually('published', SOON_MS, async () => ((await published()) ? true : undefined));
  });

  it('are found when their transaction commits after later ones that were published already', async () => {
    const carrying = relay();
    const gate = aGate();
    const early = randomUUID();
    const row = { id: early, exchange: IN_EXCHANGE, routingKey: `ref.${GATEWAY}`, type: TYPE, body: Buffer.from('{}') };
    const slow = over.sending.transaction(async (tx) => {
      await enqueue(tx, 'gateway', row);
      await gate.through();
    });
    await gate.arrived;
    // Their numbers are higher, and they have gone.
    await send(3);
    carrying.wake();
    await eventually('three published', SOON_MS, async () =>
      (await waitingIn(EXCHANGE_QUEUE)) === 3 ? true : undefined,
    );
    gate.pass();
    await slow;
    carrying.wake();
    await eventually('the fourth', SOON_MS, async () => ((await waitingIn(EXCHANGE_QUEUE)) === 4 ? true : undefined));
    const left = await over.sending.query<object[]>('SELECT FROM gateway.outbox');
    expect(left).toEqual([]);
  });

  it('are not taken for published when one id is in flight twice and has nowhere to go', async () => {
    const through = publisher(over.broker.exchange);
    const publication = {
      exchange: OUT_EXCHANGE,
      routingKey: 'gw.elsewhere',
      type: 'notice.issued.v1',
      messageId: randomUUID(),
      body: Buffer.from('{}'),
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => through.publish(publication)));
    expect(
      outcomes.map((outcome) =>
        outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : 'published',
      ),
    ).toEqual(Array.from({ length: 4 }, () => 'UNROUTABLE'));
  });

  it('are published once when one id is given twice at the same time', async () => {
    const through = publisher();
    const publication = {
      exchange: IN_EXCHANGE,
      routingKey: `ref.${GATEWAY}`,
      type: TYPE,
      messageId: randomUUID(),
      body: Buffer.from('{}'),
    };
    await Promise.all(Array.from({ length: 4 }, () => through.publish(publication)));
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(1);
  });

  it('are published once by two relays, and a lease keeps a row for the one that has it in hand', async () => {
    const ids = await send(500);
    const [leased = ''] = await send();
    await over.sending.query(`UPDATE gateway.outbox SET claimed_until = now() + interval '1 hour' WHERE id = $1`, [
      leased,
    ]);
    relay();
    relay();
    await eventually('all but one published', SOON_MS, async () =>
      (await unpublished()).length === 1 ? true : undefined,
    );
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(ids.length);
    await over.sending.query(`UPDATE gateway.outbox SET claimed_until = now() - interval '1 second' WHERE id = $1`, [
      leased,
    ]);
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    const { handler, had, came } = effects();
    await consuming(consumer(handler));
    await settled(had, [...ids, leased]);
    expect(had.toSorted()).toEqual([...ids, leased].toSorted());
    expect(came).toHaveLength(had.length);
  });

  it('handed over are published from memory under their lease, by others when it has ended, and given back by a drain', async () => {
    const own = relay();
    const handing = await eventually('rows may be handed over', SOON_MS, async () => own.takes());
    const aRow = () => {
      const id = randomUUID();
      return { id, exchange: IN_EXCHANGE, routingKey: `ref.${GATEWAY}`, type: TYPE, body: Buffer.from(id) };
    };
    const [first, second, third] = [aRow(), aRow(), aRow()];
    const isWaiting = async ({ id }: { readonly id: string }): Promise<boolean> =>
      (await unpublished()).some((row) => row.id === id);
    await over.sending.transaction((tx) => enqueueAll(tx, 'gateway', [first, second, third], handing));
    const leases = await over.sending.query<{ attempts: number; leased: boolean }[]>(
      `SELECT attempts, claimed_until > now() AS leased FROM gateway.outbox`,
    );
    expect(leases).toEqual([1, 2, 3].map(() => ({ attempts: 1, leased: true })));
    own.hand([first], handing);
    await eventually('the first is published', SOON_MS, async () => ((await isWaiting(first)) ? undefined : true));
    // Whoever had the second in hand is no more.
    const end = `UPDATE gateway.outbox SET claimed_until = now() - interval '1 second' WHERE id = $1`;
    await over.sending.query(end, [second.id]);
    await eventually('the second is found', SOON_MS, async () => ((await isWaiting(second)) ? undefined : true));
    await own.drain();
    expect(await unpublished()).toEqual([{ id: third.id }]);
    own.hand([third], handing);
    await eventually('the third is as if it had never been claimed', SOON_MS, async () => {
      const [row] = await over.sending.query<{ attempts: number; claimed_until: Date | null }[]>(
        `SELECT attempts, claimed_until FROM gateway.outbox`,
      );
      return row?.attempts === 0 && row.claimed_until === null ? true : undefined;
    });
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(2);
  });

  it('that a process had in hand are free when it is no more, and one that waits to be let go is not', async () => {
    const [inHand = '', waiting = ''] = await send(2);
    const lease = (id: string, until: string): Promise<unknown> =>
      over.sending.query(`UPDATE gateway.outbox SET claimed_until = $2::timestamptz WHERE id = $1`, [id, until]);
    await lease(inHand, new Date(Date.now() + 3_600_000).toISOString());
    await lease(waiting, 'infinity');
    const sql = async <T>(_: string, text: string): Promise<readonly T[]> => over.sending.query<T[]>(text);
    await giveBack({ sql }, `gateway-${GATEWAY}`);
    relay();
    // The over.broker has it before the outbox knows.
    await eventually('what was in hand is published', SOON_MS, async () =>
      (await unpublished()).length === 1 ? true : undefined,
    );
    expect(await unpublished()).toEqual([{ id: waiting }]);
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(1);
  });
});
