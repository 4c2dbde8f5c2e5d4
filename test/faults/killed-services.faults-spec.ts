import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { judge, nothing } from '../support/history.js';
import { TestStack } from '../support/stack.js';
import { killed } from './process-faults.js';
import { record } from './results.js';
import { undergo } from './fault.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';

const REFERRALS = 200;
const PER_SECOND = 100;

jest.setTimeout(300_000);

describe('every service killed once in the middle of two hundred referrals', () => {
  let delge: TestStack;
  let traffic: Traffic;

  beforeAll(async () => {
    delge = await TestStack.own('killed', {}, [SENDER.authority, RECIPIENT.authority]);
    traffic = new Traffic(delge);
  });
  afterAll(() => delge.end());

  it('loses none, and none has effect twice', async () => {
    const { services } = delge.stack;
    const share = Math.ceil(REFERRALS / services.length);
    for (const service of services) {
      const phase = await traffic.phase(service, share, async () => {
        const submitting = traffic.submit(share, PER_SECOND, 8);
        await traffic.untilAccepted(4);
        expect(await traffic.open()).toBeGreaterThan(0);
        await undergo(killed(delge, service), () => Promise.resolve());
        await submitting;
      });
      const row = service.startsWith('gateway') ? 'F1' : service === 'exchange' ? 'F3' : 'F4';
      record(row, { killed: service, acked: phase.acked, 'longest gap': `${phase.longestGapMs} ms` });
    }
    await traffic.settled();
    await traffic.fetch();
    expect(await judge(delge, traffic.accepted, SENDER, RECIPIENT)).toEqual(nothing);
    expect([...traffic.fetched.values()].filter((times) => times > 1)).toEqual([]);
    expect(traffic.fetched.size).toBe(traffic.accepted.length);
  });

  it('is judged by a history that shows a loss, a second delivery and a missing entry where there is one', async () => {
    const [first = '', second = '', third = ''] = traffic.accepted;
    await delge.sql(RECIPIENT.gateway, `DELETE FROM gateway.delivery WHERE message_id = $1`, [first]);
    await delge.sql(SENDER.gateway, `UPDATE gateway.message SET state = 'released' WHERE message_id = $1`, [second]);
    await delge.sql('operator', `UPDATE exchange.message SET jwe_sha256 = 'another' WHERE message_id = $1`, [third]);
    const judged = await judge(delge, traffic.accepted, SENDER, RECIPIENT);
    expect(judged).toEqual({ ...nothing, lost: [first], undetermined: [second], unlogged: [third] });
  });
});
