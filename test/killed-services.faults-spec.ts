import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { DelgeClient } from '#client';
import type { SubmitReferralDto } from '#contracts';
import { judge, nothing } from './support/history.js';
import { TestStack, eventually, permitted } from './support/stack.js';

const REFERRALS = 200;
const AT_ONCE = 8;
const SETTLED_MS = 120_000;
const sender = { gateway: 'kommunerna', authority: 'linkoping/omsorgsnamnden' };
const recipient = { gateway: 'myndigheterna', authority: 'fk/forsakringskassan' };

jest.setTimeout(300_000);

/** The gateway is away for longer than the client tries by itself: a system tries again under the same id. @returns message id */
const untilAccepted = async (client: DelgeClient, referral: SubmitReferralDto): Promise<string> => {
  for (;;) {
    try {
      const { recipients } = await client.submit(referral);
      return recipients[0]?.messageId ?? '';
    } catch {
      await delay(200);
    }
  }
};

describe('every service killed once in the middle of two hundred referrals', () => {
  let delge: TestStack;
  const accepted: string[] = [];

  beforeAll(async () => {
    delge = await TestStack.own('killed', {}, [sender.authority, recipient.authority]);
  });
  afterAll(() => delge.end());

  const unsettled = async (): Promise<number> => {
    const [row] = await delge.sql<{ count: string }>(
      sender.gateway,
      `SELECT count(*) FROM gateway.message WHERE state NOT IN ('fetched', 'acknowledged')`,
    );
    return Number(row?.count);
  };

  const submit = async (count: number): Promise<void> => {
    const client = delge.sandbox.client(sender.authority);
    const queue = Array.from({ length: count }, () => permitted().referral);
    const worker = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop())
        accepted.push(await untilAccepted(client, next));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };

  it('loses none, and none has effect twice', async () => {
    const services = delge.stack.services;
    for (const [at, service] of services.entries()) {
      const [from, to] = [at, at + 1].map((nth) => Math.floor((REFERRALS * nth) / services.length)) as [number, number];
      const submitting = submit(to - from);
      await eventually('some accepted', SETTLED_MS, async () => (accepted.length >= from + 4 ? true : undefined));
      const running = delge.stack.process(service);
      expect(await unsettled()).toBeGreaterThan(0);
      running.kill('SIGKILL');
      expect(await running.ended).toBe('SIGKILL');
      await delge.stack.run(service);
      await submitting;
    }
    expect(new Set(accepted).size).toBe(REFERRALS);
    await eventually('all settled', SETTLED_MS, async () => ((await unsettled()) === 0 ? true : undefined));
    expect(await judge(delge, accepted, sender, recipient)).toEqual(nothing);
  });

  it('is judged by a history that shows a loss, a second delivery and a missing entry where there is one', async () => {
    const [first = '', second = '', third = ''] = accepted;
    await delge.sql(recipient.gateway, `DELETE FROM gateway.delivery WHERE message_id = $1`, [first]);
    await delge.sql(sender.gateway, `UPDATE gateway.message SET state = 'released' WHERE message_id = $1`, [second]);
    await delge.sql('operator', `UPDATE exchange.message SET jwe_sha256 = 'another' WHERE message_id = $1`, [third]);
    const judged = await judge(delge, accepted, sender, recipient);
    expect(judged).toEqual({ ...nothing, lost: [first], undetermined: [second], unlogged: [third] });
  });
});
