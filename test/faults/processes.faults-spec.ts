import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '#testing';
import { TestStack, permitted } from '../support/stack.js';
import { undergo } from './fault.js';
import type { Fault } from './fault.js';
import { ended, paused } from './process-faults.js';
import { blocked, outOfMemory, tellable, withoutDescriptors } from './process-limits.js';
import { record } from './results.js';
import type { Row } from './rows.js';
import { QUICK, SEED, sized } from './size.js';
import { Deliveries } from './support/deliveries.js';
import { Shuffler } from './support/shuffle.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import type { Phase } from './traffic.js';
import { Verdict } from './verdict.js';

/** In full longer than the broker's heartbeat allows: it takes back what the process had in hand. */
const PAUSED_MS = QUICK ? 3_000 : 60_000;
const PER_SECOND = QUICK ? 15 : 50;
const LEAST = 10;
/** What comes to a queue within it is passed on in another order. */
const HELD_MS = 400;
const EXIT_MS = 30_000;
const BACK_MS = 10_000;

jest.setTimeout(1_200_000);

describe(`processes that are stopped, blocked, ended and short of what they need (DELGE_SEED=${SEED})`, () => {
  let delge: TestStack;
  let traffic: Traffic;
  let verdict: Verdict;
  const [senders, recipients] = [`gateway-${SENDER.gateway}`, `gateway-${RECIPIENT.gateway}`];
  const inTurn = QUICK ? ['exchange', recipients] : ['exchange', senders, recipients];

  beforeAll(async () => {
    const variables = Object.fromEntries(inTurn.map((service) => [service, tellable()]));
    delge = await TestStack.own('processes', variables, [SENDER.authority, RECIPIENT.authority]);
  });
  beforeEach(() => {
    traffic = new Traffic(delge);
    verdict = new Verdict(delge, traffic);
  });
  // What a test that failed left behind is not the next one's.
  afterEach(() => traffic.close());
  afterAll(() => delge.end());

  /** Under load: some before it, some while it lasts. */
  const under = (fault: Fault, holdMs: number): Promise<Phase> =>
    traffic.phase(fault.name, LEAST, async () => {
      const stop = traffic.flow(PER_SECOND);
      await traffic.untilAccepted(LEAST);
      await undergo(fault, () => delay(holdMs));
      await stop();
    });
  const told = async (row: Row['id'], { name, acked, longestGapMs }: Phase, more: object = {}): Promise<void> => {
    const settledMs = await traffic.settled();
    const figures = { fault: name, acked, 'longest gap': `${longestGapMs} ms`, 'all ended after': `${settledMs} ms` };
    record(row, { ...figures, ...more });
  };
  /** All of the faults before it. */
  const judged = async (row: Row['id']): Promise<void> => record(row, await verdict.nothingBroken());

  it('F32: end within 30 s at load when they are asked to, and nothing is delivered again', async () => {
    const deliveries = await Deliveries.of(delge);
    for (const service of inTurn) {
      const fault = ended(delge, service, EXIT_MS);
      const phase = await under(fault, 0);
      await told('F32', phase, { 'exit after': `${fault.tookMs()} ms` });
    }
    await judged('F32');
    const { all, again } = deliveries.counts;
    record('F32', { delivered: all, 'delivered again': again });
    // Each went through two queues at least.
    expect(all).toBeGreaterThanOrEqual(2 * traffic.accepted.length);
    expect(again).toBe(0);
    await deliveries.end();
  });

  it(`F31: do nothing twice when they are stopped for ${PAUSED_MS / 1000} s and go on`, async () => {
    for (const service of inTurn) await told('F31', await under(paused(delge, service), PAUSED_MS));
    await judged('F31');
  });

  it('F31: go on after their event loop was blocked for five seconds, and do not answer meanwhile', async () => {
    for (const service of inTurn) await told('F31', await under(blocked(delge, service), 0));
    await judged('F31');
  });

  it('F30: are back within 10 s after they ran out of memory, and have lost nothing', async () => {
    for (const service of inTurn) {
      const fault = outOfMemory(delge, service);
      const phase = await under(fault, 0);
      await told('F30', phase, { 'ready again after': `${fault.backMs()} ms` });
      if (!QUICK) expect(fault.backMs()).toBeLessThan(BACK_MS);
    }
    await judged('F30');
  });

  it('F37: go on within 10 s after they could open no file and no connection', async () => {
    for (const service of inTurn) {
      const fault = withoutDescriptors(delge, service);
      await told('F37', await under(fault, 2_000));
    }
    await judged('F37');
  });

  it('F18: end what they are given in another order at every queue the same way, and number a case as it is released', async () => {
    const caseId = randomUUID();
    traffic = new Traffic(delge, SENDER, RECIPIENT, () => ({ ...permitted().referral, caseId }));
    verdict = new Verdict(delge, traffic);
    const shuffler = await Shuffler.between(delge, new Random(SEED));
    const over = new AbortController();
    let moved = 0;
    const shuffling = (async () => {
      for (; !over.signal.aborted; await delay(HELD_MS)) moved += await shuffler.pass();
      await shuffler.end();
    })();
    try {
      await traffic.submit(sized(300, 40), PER_SECOND);
      await traffic.settled();
    } finally {
      over.abort();
      await shuffling;
    }
    // They went through three queues.
    expect(moved).toBeGreaterThan(traffic.accepted.length);
    const counts = await verdict.nothingBroken();
    const rows = await delge.sql<{ number: string }>(
      RECIPIENT.gateway,
      `SELECT delivery_number AS number FROM gateway.delivery WHERE case_id = $1 ORDER BY txid, seq`,
      [caseId],
    );
    const numbers = rows.map(({ number }) => Number(number));
    const released = traffic.accepted.map((_, at) => at + 1);
    // They came in another order than they were released in, and say in which.
    expect(numbers).not.toEqual(released);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(released);
    record('F18', { seed: SEED, 'out of place': moved, ...counts });
  });
});
