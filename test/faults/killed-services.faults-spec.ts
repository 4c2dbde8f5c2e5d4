import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { broken, judge, nothing } from '../support/history.js';
import { TestStack } from '../support/stack.js';
import { killed } from './process-faults.js';
import { record } from './results.js';
import { undergo } from './fault.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import { Verdict } from './verdict.js';

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
  afterAll(() => {
    traffic.close();
    return delge.end();
  });

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
    record('F1', await new Verdict(delge, traffic).nothingBroken());
  });

  it('is judged by a history that shows a loss, a second delivery and a missing entry where there is one', async () => {
    const [lost = '', open = '', other = '', early = '', untold = ''] = traffic.accepted;
    await delge.sql(RECIPIENT.gateway, `DELETE FROM gateway.delivery WHERE message_id = $1`, [lost]);
    await delge.sql(SENDER.gateway, `UPDATE gateway.message SET state = 'released' WHERE message_id = $1`, [open]);
    await delge.sql('operator', `UPDATE exchange.message SET jwe_sha256 = 'another' WHERE message_id = $1`, [other]);
    await delge.sql(
      RECIPIENT.gateway,
      `UPDATE gateway.delivery SET received_at = received_at - interval '1 hour' WHERE message_id = $1`,
      [early],
    );
    await delge.sql(SENDER.gateway, `DELETE FROM gateway.statement WHERE message_id = $1`, [untold]);
    const fetched = new Map([[traffic.accepted.at(-1) ?? '', 2]]);
    const judged = await judge(delge, traffic.accepted, SENDER, RECIPIENT, fetched);
    expect(judged).toEqual({
      ...nothing,
      lost: [lost],
      undetermined: [open],
      unlogged: [other],
      early: [early],
      untold: [untold],
      twice: [...fetched.keys()],
    });
    expect(broken(judged)).toEqual(['I1', 'I2', 'I3']);
  });
});
