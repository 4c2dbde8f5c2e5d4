import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { TestStack } from '../support/stack.js';
import { record } from './results.js';
import { describeFull, sized } from './size.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import { Verdict } from './verdict.js';

/** `npm run test:backlog` queues 300,000. So few as a short run can drain say nothing about a rate, nor about memory; that none is lost `rotation` shows too. */
const QUEUED = sized(3_000, 3_000);
const UNDISTURBED = Math.min(QUEUED, 5_000);
/** More than it can take: what is measured is what it takes. */
const PER_SECOND = 1_000;
const AT_ONCE = 32;
const LEAST_SHARE = 0.7;
/** What a gateway takes while the exchange is away is bounded by its disk; here by nothing. */
const ROOM = { OUTBOX_MAX_MESSAGES: '10000000', OUTBOX_MAX_BYTES: String(64 * 1024 ** 3) };
/** Of what a process had at most before: heaps breathe. */
const FLAT = 1.5;
const SAMPLE_MS = 1_000;

jest.setTimeout(900_000 + QUEUED * 300);

describeFull(`${QUEUED} referrals queued while the exchange is away`, () => {
  let delge: TestStack;
  let traffic: Traffic;

  beforeAll(async () => {
    delge = await TestStack.own('backlog', { 'gateway-kommunerna': ROOM }, [SENDER.authority, RECIPIENT.authority]);
    traffic = new Traffic(delge);
  });
  afterAll(() => {
    traffic.close();
    return delge.end();
  });

  /** Resident memory of each service, in MiB. */
  const memory = (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      delge.stack.services.map((service) => {
        const status = readFileSync(`/proc/${delge.stack.process(service).pid}/status`, 'latin1');
        return [service, Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)];
      }),
    );
  /** @returns the most that each service had while it worked */
  const watched = async (work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> => {
    const most: Record<string, number> = {};
    const look = (): void => {
      for (const [service, mib] of Object.entries(memory())) most[service] = Math.max(most[service] ?? 0, mib);
    };
    const timer = setInterval(look, SAMPLE_MS);
    try {
      await work();
      look();
      return most;
    } finally {
      clearInterval(timer);
    }
  };

  it(`drain at ${LEAST_SHARE * 100} % of the undisturbed rate at least, with memory flat`, async () => {
    await traffic.submit(UNDISTURBED, PER_SECOND, AT_ONCE);
    await traffic.settled();
    const from = performance.now();
    const before = await watched(async () => {
      await traffic.submit(UNDISTURBED, PER_SECOND, AT_ONCE);
      await traffic.settled(UNDISTURBED * 300 + 60_000);
    });
    const undisturbed = (UNDISTURBED * 1000) / (performance.now() - from);

    await delge.stack.stop('exchange');
    await traffic.submit(QUEUED, PER_SECOND, AT_ONCE);
    expect(await traffic.open()).toBe(QUEUED);
    await delge.stack.run('exchange');
    const drainFrom = performance.now();
    const during = await watched(() => traffic.settled(QUEUED * 300 + 60_000));
    const drained = (QUEUED * 1000) / (performance.now() - drainFrom);

    const counts = await new Verdict(delge, traffic).nothingBroken();
    record('F22', {
      queued: QUEUED,
      'undisturbed rate': `${undisturbed.toFixed(1)}/s`,
      'drained at': `${drained.toFixed(1)}/s`,
      'most memory undisturbed': JSON.stringify(before),
      'while draining': JSON.stringify(during),
      ...counts,
    });
    expect(drained).toBeGreaterThanOrEqual(undisturbed * LEAST_SHARE);
    for (const [service, mib] of Object.entries(during))
      expect([service, mib <= (before[service] ?? 0) * FLAT]).toEqual([service, true]);
  });
});
