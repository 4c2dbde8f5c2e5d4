import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { asAdmin } from '../../tools/deploy/databases.js';
import { TestStack, eventually, example } from '../support/stack.js';
import { record } from './results.js';

jest.setTimeout(300_000);
const SETTLED_MS = 60_000;
/** What the exchange lets pass before it tells again, and then some. */
const CAUGHT_UP_MS = 120_000;
/** Hosts sender and recipient, so that it is restored at both ends of what it carries; and its witness, which cosigns no more, is one of four. */
const GATEWAY = 'myndigheterna';
const quick = { CATCH_UP_INTERVAL_MS: '1000' };

/** F39: a gateway is restored from yesterday's backup, and with it the sender and the recipient of what it carried since. Nothing is lost, and nothing is sent or received twice. */
describe('a gateway restored from a backup', () => {
  let delge: TestStack;
  const { system, referral } = example('23-');
  const recipient = referral.to[0]?.authority ?? '';
  const another = (): SubmitReferralDto => ({ ...referral, id: randomUUID(), caseId: randomUUID() });
  const before = another();
  const after = another();
  const atOnce = another();
  const inCase = { ...another(), caseId: before.caseId };

  beforeAll(async () => {
    delge = await TestStack.own('restored', { [`gateway-${GATEWAY}`]: quick });
  });
  afterAll(() => delge.end());

  const database = (): string => `delge_${delge.stack.options.name}_gw_${GATEWAY}`;
  const admin = (text: string) => asAdmin(delge.stack.options.servers.postgres, 'postgres', (db) => db.query(text));
  const stopped = async (work: (name: string) => Promise<unknown>): Promise<void> => {
    await delge.stack.stop(`gateway-${GATEWAY}`);
    await work(database());
    await delge.stack.run(`gateway-${GATEWAY}`);
  };
  const send = async (one: SubmitReferralDto): Promise<string> => {
    const { recipients } = await delge.sandbox.client(system).submit(one);
    await delge.settled(system, one.id, ['fetched'], SETTLED_MS);
    return recipients[0]?.messageId ?? '';
  };
  const received = async (messageIds: readonly string[]) => {
    const rows = await delge.sql<{ message_id: string; decision_entry_id: string; delivery_number: string }>(
      GATEWAY,
      `SELECT message_id, decision_entry_id, delivery_number FROM gateway.delivery WHERE message_id = ANY($1::uuid[]) ORDER BY message_id`,
      [messageIds],
    );
    return rows;
  };
  const states = async (id: string) =>
    (await delge.sandbox.client(system).referral(id)).recipients.map(({ state }) => state);

  it('asks the exchange for what it misses, learns what it had sent, and does neither twice', async () => {
    const first = await send(before);
    await stopped((name) => admin(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`));

    const lost = [await send(after), await send(atOnce), await send(inCase)];
    const had = await received(lost);
    expect(had).toHaveLength(3);
    const released = async () =>
      delge.sql<{ n: number }>('operator', `SELECT count(*)::int AS n FROM exchange.delivery WHERE recipient = $1`, [
        recipient,
      ]);
    const [deliveredBefore] = await released();

    await stopped(async (name) => {
      await admin(`ALTER DATABASE ${name} RENAME TO ${name}_lost`);
      await admin(`ALTER DATABASE ${name}_backup RENAME TO ${name}`);
      await admin(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC`);
    });
    expect(await states(before.id)).toEqual(['fetched']);
    const back = performance.now();

    // A system that repeats at once, before its gateway has heard anything: signed and sealed anew, and not disclosed anew.
    expect((await delge.sandbox.client(system).submit(atOnce)).recipients[0]?.messageId).toBe(lost[1]);

    const again = await eventually('what was missed', CAUGHT_UP_MS, async () => {
      const rows = await received(lost);
      return rows.length === 3 ? rows : undefined;
    });
    expect(again).toEqual(had);
    const caughtUpMs = Math.round(performance.now() - back);

    // Whoever repeats later gets what became of it.
    await eventually('what was sent', CAUGHT_UP_MS, async () => {
      const rows = await delge.sql(GATEWAY, `SELECT 1 FROM gateway.message WHERE message_id = $1`, [lost[0]]);
      return rows.length === 1 ? true : undefined;
    });
    for (const [at, one] of [after, atOnce, inCase].entries()) {
      expect((await delge.sandbox.client(system).submit(one)).recipients[0]?.messageId).toBe(lost[at]);
      await delge.settled(system, one.id, ['fetched'], CAUGHT_UP_MS);
    }
    expect(await released()).toEqual([deliveredBefore]);
    const sql = `SELECT message_id, count(*)::int AS n FROM exchange.message WHERE message_id = ANY($1::uuid[]) GROUP BY 1`;
    const sentOnce = await delge.sql<{ n: number }>('operator', sql, [[first, ...lost]]);
    expect(sentOnce.map(({ n }) => n)).toEqual([1, 1, 1, 1]);
    expect(await delge.sql('operator', `SELECT reason FROM exchange.quarantine`)).toEqual([]);
    record('F39', {
      'gateway put back, missed': lost.length,
      'had again after': `${caughtUpMs} ms`,
      'sent again': lost.length,
      'delivered twice': Number((await released())[0]?.n) - Number(deliveredBefore?.n),
    });

    // And it goes on from there.
    const next = { ...another(), caseId: before.caseId };
    const [last] = await received([await send(next)]);
    expect(last?.delivery_number).toBe('3');
  });
});
