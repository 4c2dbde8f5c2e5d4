import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '#testing';
import { TestStack } from '../support/stack.js';
import { undergo } from './fault.js';
import { record } from './results.js';
import { Schedule } from './schedule.js';
import { QUICK, SEED, sized } from './size.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import { serverFaults } from './support/server-faults.js';
import { OwnServers } from './support/servers.js';
import { Verdict } from './verdict.js';

/** `npm run test:soak` sends a million. */
const REFERRALS = sized(100_000, 160);
/** Between two judgements; the log is exported and verified at each. */
const PHASE = QUICK ? 80 : Math.max(2_000, Math.ceil(REFERRALS / 50));
/** Faults within each. */
const FAULTS = QUICK ? 2 : Math.max(4, Math.round(PHASE / 500));
const PER_SECOND = Number(process.env['DELGE_RATE'] ?? (QUICK ? 20 : 60));

type Ended = { end(): Promise<void> };

jest.setTimeout(600_000 + REFERRALS * 500);

describe(`${REFERRALS} referrals under faults by chance (DELGE_SEED=${SEED})`, () => {
  let own: OwnServers;
  let delge: TestStack;
  let traffic: Traffic;

  beforeAll(async () => {
    own = await OwnServers.start('schedule');
    delge = await TestStack.own('schedule', {}, [SENDER.authority, RECIPIENT.authority], own.servers);
    traffic = new Traffic(delge);
  });
  afterAll(async () => {
    (traffic as Traffic | undefined)?.close();
    // A start that failed has made only some of them.
    for (const one of [delge, own]) await (one as Ended | undefined)?.end().catch(() => undefined);
  });

  it('lose none, have one effect each, and leave nothing disclosed that is not logged', async () => {
    const schedule = new Schedule(delge, new Random(SEED), Object.values(serverFaults(own)));
    const verdict = new Verdict(delge, traffic);
    let longestGapMs = 0;
    let faults = 0;
    for (let judged = 0; judged < REFERRALS; judged = traffic.accepted.length) {
      const since = new Date();
      const stop = traffic.flow(PER_SECOND);
      for (let nth = 0; nth < FAULTS; nth += 1) {
        const { fault, holdMs } = schedule.next();
        const { longestGapMs: gap, ...phase } = await traffic.phase(fault.name, 1, async () => {
          const half = Math.ceil(PHASE / FAULTS / 2);
          await traffic.untilAccepted(half);
          await undergo(traffic.atWork(fault), () => delay(holdMs));
          await traffic.untilAccepted(half);
        });
        process.stderr.write(`${JSON.stringify({ ...phase, longestGapMs: gap })}\n`);
        longestGapMs = Math.max(longestGapMs, gap);
        faults += 1;
      }
      await stop();
      await traffic.settled();
      await verdict.nothingBroken({ from: judged, since });
    }
    const counts = await verdict.nothingBroken();
    expect(counts['acked']).toBeGreaterThanOrEqual(REFERRALS);
    record('F1', { schedule: `seed ${SEED}`, faults, ...counts, 'longest gap': `${longestGapMs} ms` });
  });
});
