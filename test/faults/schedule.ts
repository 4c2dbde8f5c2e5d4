import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '#testing';
import type { TestStack } from '../support/stack.js';
import { crashPoints, dieAt, sweepOf } from './crash-points.js';
import type { Swept } from './crash-points.js';
import type { Fault } from './fault.js';
import { ended, killed, paused } from './process-faults.js';

const MAX_PAUSE_MS = 3_000;

/** A fault of the schedule, and how long it lasts. */
export interface Scheduled {
  readonly fault: Fault;
  readonly holdMs: number;
}

/** What one fault after the other is drawn from, by a seed: the same seed gives the same faults in the same places. */
export class Schedule {
  private readonly points: readonly Swept[];
  private drawn = 0;

  constructor(
    private readonly delge: TestStack,
    private readonly random: Random,
    /** Of servers that are the run's own: every other one of the schedule is one of them. */
    private readonly servers: readonly Fault[],
  ) {
    this.points = sweepOf(crashPoints()).filter(({ cause }) => cause === 'referral');
  }

  next(): Scheduled {
    const { delge, random } = this;
    this.drawn += 1;
    if (this.drawn % 2 === 0) return { fault: random.pick(this.servers), holdMs: random.below(MAX_PAUSE_MS) };
    const service = random.pick(delge.stack.services);
    const kinds: readonly (() => Scheduled)[] = [
      () => ({ fault: killed(delge, service), holdMs: 0 }),
      () => ({ fault: ended(delge, service), holdMs: 0 }),
      () => ({ fault: paused(delge, service), holdMs: random.below(MAX_PAUSE_MS) }),
      () => ({ fault: diedAt(delge, random.pick(this.points)), holdMs: 0 }),
      () => ({ fault: sessionsEnded(delge), holdMs: 0 }),
    ];
    return random.pick(kinds)();
  }
}

/** A service killed at one of its crash points, as all of them are swept elsewhere; of those of a relay come repeats on the wire. */
const diedAt = (delge: TestStack, point: Swept): Fault => ({
  name: `${point.service} killed at ${point.point}`,
  inject: () => dieAt(delge, point),
  verify: () =>
    delge.stack.process(point.service).alive() ? Promise.reject(new Error('it is alive')) : Promise.resolve(),
  heal: async () => {
    if (!delge.stack.process(point.service).alive()) await delge.stack.run(point.service);
  },
  verifyHealed: async () => {
    while (!(await delge.stack.isReady(point.service))) await delay(50);
  },
});

/** Every session of every service ended by the database, in the middle of whatever it does. */
export const sessionsEnded = (delge: TestStack): Fault => {
  const seen = { ended: 0 };
  return {
    name: 'sessions of PostgreSQL ended',
    inject: async () => {
      const [row] = await delge.sql<{ count: string }>(
        'operator',
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE starts_with(datname, $1) AND pid <> pg_backend_pid()`,
        [`delge_${delge.stack.options.name}_`],
      );
      seen.ended = Number(row?.count);
    },
    verify: () => (seen.ended > 0 ? Promise.resolve() : Promise.reject(new Error('there was none'))),
    heal: () => Promise.resolve(),
    verifyHealed: async () => {
      for (const service of delge.stack.services) {
        if (!delge.stack.process(service).alive()) throw new Error(`${service} has ended`);
        while (!(await delge.stack.isReady(service))) await delay(50);
      }
    },
  };
};
