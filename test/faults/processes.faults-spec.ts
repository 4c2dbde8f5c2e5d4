import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { TestStack, eventually } from '../support/stack.js';
import { undergo } from './fault.js';
import type { Fault } from './fault.js';
import { ended, paused } from './process-faults.js';
import { blocked, outOfMemory, tellable, withoutDescriptors } from './process-limits.js';
import { record } from './results.js';
import type { Row } from './rows.js';
import { QUICK } from './size.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import type { Phase } from './traffic.js';
import { Verdict } from './verdict.js';

/** Longer than the broker's heartbeat allows: it takes back what the process had in hand. */
const PAUSED_MS = QUICK ? 5_000 : 60_000;
const PER_SECOND = QUICK ? 15 : 50;
const LEAST = 10;
const EXIT_MS = 30_000;
const BACK_MS = 10_000;

jest.setTimeout(1_200_000);

describe('processes that are stopped, blocked, ended and short of what they need', () => {
  let delge: TestStack;
  let traffic: Traffic;
  let verdict: Verdict;
  const [senders, recipients] = [`gateway-${SENDER.gateway}`, `gateway-${RECIPIENT.gateway}`];
  const inTurn = QUICK ? ['exchange', recipients] : ['exchange', senders, recipients];

  beforeAll(async () => {
    delge = await TestStack.own('processes', {}, [SENDER.authority, RECIPIENT.authority]);
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
  const judged = async (row: Row['id'], { name, longestGapMs }: Phase, more: object = {}): Promise<void> => {
    const settledMs = await traffic.settled();
    const counts = await verdict.nothingBroken();
    record(row, {
      fault: name,
      ...counts,
      'longest gap': `${longestGapMs} ms`,
      'all ended after': `${settledMs} ms`,
      ...more,
    });
  };
  const restartedAs = async (service: string, variables: Readonly<Record<string, string>>): Promise<void> => {
    await delge.stack.stop(service);
    await delge.stack.run(service, variables);
  };

  it(`F31: do nothing twice when they are stopped for ${PAUSED_MS / 1000} s and go on`, async () => {
    for (const service of inTurn) await judged('F31', await under(paused(delge, service), PAUSED_MS));
  });

  it('F31: go on after their event loop was blocked for five seconds, and do not answer meanwhile', async () => {
    for (const service of inTurn) {
      await restartedAs(service, tellable());
      await judged('F31', await under(blocked(delge, service), 0));
    }
  });

  it('F30: are back within 10 s after they ran out of memory, and have lost nothing', async () => {
    for (const service of inTurn) {
      await restartedAs(service, tellable());
      const fault = outOfMemory(delge, service);
      const phase = await under(fault, 0);
      await judged('F30', phase, { 'ready again after': `${fault.backMs()} ms` });
      if (!QUICK) expect(fault.backMs()).toBeLessThan(BACK_MS);
    }
  });

  it('F32: end within 30 s at load when they are asked to, and nothing is delivered again', async () => {
    for (const service of inTurn) {
      const before = await redelivered();
      const fault = ended(delge, service, EXIT_MS);
      const phase = await under(fault, 0);
      await traffic.settled();
      const again = (await redelivered()) - before;
      await judged('F32', phase, { 'exit after': `${fault.tookMs()} ms`, 'delivered again': again });
      expect(again).toBe(0);
    }
  });

  it('F37: go on within 10 s after they could open no file and no connection', async () => {
    for (const service of inTurn) {
      const fault = withoutDescriptors(delge, service);
      const phase = await under(fault, 2_000);
      await judged('F37', phase);
    }
  });

  /** How often the broker has delivered something again, of all queues of this stack; read when it no longer changes. */
  const redelivered = async (): Promise<number> => {
    const { management } = delge.stack.options.servers.rabbitmq;
    const { origin, username, password } = new URL(management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    interface Queue {
      readonly message_stats?: { readonly redeliver?: number; readonly deliver?: number; readonly ack?: number };
    }
    const vhost = `dx-${delge.stack.options.name}`;
    return eventually('all acknowledged', EXIT_MS, async () => {
      const response = await fetch(`${origin}/api/queues/${encodeURIComponent(vhost)}`, { headers: { authorization } });
      const queues = (await response.json()) as readonly Queue[];
      const sum = (of: (stats: NonNullable<Queue['message_stats']>) => number | undefined): number =>
        queues.reduce((total, { message_stats: stats = {} }) => total + (of(stats) ?? 0), 0);
      // The figures come every few seconds; they are whole when all that was delivered is acknowledged or delivered again.
      const again = sum(({ redeliver }) => redeliver);
      return sum(({ deliver }) => deliver) - again === sum(({ ack }) => ack) ? again : undefined;
    });
  };
});
