import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Instance } from '../../tools/machine/instance.js';
import { judge, nothing } from '../support/history.js';
import type { Judged } from '../support/history.js';
import { TestStack, eventually } from '../support/stack.js';
import { undergo } from './fault.js';
import { record } from './results.js';
import { QUICK, barOf } from './size.js';
import { Disk, withoutDisk } from './support/disk.js';
import { memoryMib, p99, throughGapMs, seconds, untilCaughtUp } from './support/figures.js';
import { HELD_MIB, askable, liveMib } from './support/live-memory.js';
import { Network, SHAPES } from './support/network.js';
import { diskFull, serverFaults } from './support/server-faults.js';
import { OwnServers } from './support/servers.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';

const PER_SECOND = 10;
const LEAST = QUICK ? 10 : 50;
const AWAY_MS = QUICK ? 8_000 : 60_000;
const TIMES = QUICK ? 1 : 3;
/** Messages that may wait at the sender's gateway: more than come while a server starts again. */
const ROOM = 600;
const RED_MS = barOf(5_000);
const NO_HANG_MS = barOf(10_000);
const CONFIRM_GAP_MS = barOf(30_000);
const FIRST_WRITE_MS = barOf(5_000);
const SETTLED_MS = 180_000;
/** A request is ended after 15 s. */
const ANSWER_MS = 15_000;
const SHAPED_MS = QUICK ? 1_000 : 15_000;
const GIVEN_UP_MS = 60_000;
const SOON_MS = 60_000;
const FULL_MS = QUICK ? 1_000 : 20_000;
const SPARE_MIB = 128;

const noDisk = withoutDisk();
if (noDisk !== undefined) process.stderr.write(`\nSKIPPED: a full disk is not tested: ${noDisk}\n\n`);
const itWithDisk = noDisk === undefined ? it : it.skip;

type Ended = { end(): Promise<void> };

jest.setTimeout(600_000);

describe('servers that crash, stop and fill up under referrals, and the ways to them', () => {
  let own: OwnServers;
  let network: Network;
  let disk: Disk | undefined;
  let delge: TestStack;
  let traffic: Traffic;
  let faults: ReturnType<typeof serverFaults>;
  /** In which all messages had ended when they were judged last. */
  let ends: readonly string[] = [];
  let stop: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    own = await OwnServers.start('servers');
    faults = serverFaults(own);
    network = await Network.before(own.servers, Instance.open('test', own.instance.root), 'servers');
    const ways = network.variables([SENDER.gateway, RECIPIENT.gateway]);
    const [sender, recipient] = [`gateway-${SENDER.gateway}`, `gateway-${RECIPIENT.gateway}`];
    const room = { [sender]: { OUTBOX_MAX_MESSAGES: String(ROOM) } };
    const services = ['identity', 'registry', 'ledger', 'signer', 'exchange', 'console', sender, recipient];
    const variables = Object.fromEntries(services.map((one) => [one, { ...askable(), ...ways[one], ...room[one] }]));
    delge = await TestStack.own('servers', variables, [SENDER.authority, RECIPIENT.authority], network.servers);
    traffic = new Traffic(delge);
    stop = traffic.flow(PER_SECOND);
    await traffic.untilAccepted(LEAST);
  });
  afterAll(async () => {
    await stop();
    if (disk !== undefined) {
      await own.postgres.kill().catch(() => undefined);
      await disk.end();
    }
    // A start that failed has made only some of them.
    for (const one of [delge, network, own]) await (one as Ended | undefined)?.end().catch(() => undefined);
  });

  const pids = (): readonly number[] => delge.stack.services.map((service) => delge.stack.process(service).pid);
  const judged = async (): Promise<Judged> => {
    await stop();
    await traffic.settled(SETTLED_MS);
    await traffic.fetch();
    const found = await judge(delge, traffic.accepted, SENDER, RECIPIENT);
    const states = await delge.sql<{ state: string }>(SENDER.gateway, `SELECT DISTINCT state FROM gateway.message`);
    ends = states.map(({ state }) => state);
    // What was committed and could not be answered is found by its id when it is sent again: there is no message of which its system was not told.
    const [untold] = await delge.sql<{ count: string }>(
      SENDER.gateway,
      `SELECT count(*) FROM gateway.message WHERE NOT (message_id = ANY($1::uuid[]))`,
      [traffic.accepted],
    );
    expect(untold?.count).toBe('0');
    stop = traffic.flow(PER_SECOND);
    return found;
  };
  const quarantined = async (): Promise<number> => {
    const [row] = await delge.sql<{ count: string }>('operator', `SELECT count(*) FROM exchange.quarantine`);
    return Number(row?.count);
  };

  it('lose nothing when RabbitMQ is killed, and it confirms again within 30 s', async () => {
    const gaps: number[] = [];
    for (let nth = 0; nth < TIMES; nth += 1) {
      const since = new Date();
      const phase = await traffic.phase('RabbitMQ killed', LEAST, async () => {
        await undergo(traffic.atWork(faults.rabbitmqKilled), () => traffic.untilAccepted(5));
        await traffic.untilAccepted(LEAST);
      });
      // Nobody who submits notices.
      expect(phase.longestGapMs).toBeLessThan(NO_HANG_MS);
      await untilCaughtUp(delge, SENDER.gateway);
      gaps.push(await throughGapMs(delge, SENDER.gateway, since));
    }
    const gap = Math.max(...gaps);
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(CONFIRM_GAP_MS);
    expect(await judged()).toEqual(nothing);
    record('F5', { kills: TIMES, acked: traffic.accepted.length, lost: 0, 'longest gap': seconds(gap) });
  });

  it('hang nobody while RabbitMQ has an alarm, say so within 5 s, refuse when the outbox is full, and go on by themselves', async () => {
    let red = 0;
    const refused = (): number => traffic.refusals.get(503) ?? 0;
    const before = { refused: refused(), tries: traffic.tries.length };
    const since = new Date();
    let burst: Promise<void> | undefined;
    const phase = await traffic.phase("RabbitMQ's alarm", LEAST, async () => {
      await undergo(faults.rabbitmqAlarm, async () => {
        const begun = performance.now();
        await eventually('the exchange is not ready', RED_MS, async () =>
          (await delge.stack.isReady('exchange')) ? undefined : true,
        );
        await eventually('the gateway says why', RED_MS, async () => {
          const answer = await fetch(`${delge.stack.url(`gateway-${SENDER.gateway}`)}/health/ready`);
          return JSON.stringify(await answer.json()).includes('"broker":"blocked"') ? true : undefined;
        });
        red = performance.now() - begun;
        await traffic.untilAccepted(LEAST);
        expect(refused()).toBe(before.refused);
        burst = traffic.submit(ROOM, 100);
        await eventually('it is full', SETTLED_MS, async () => (refused() > before.refused + 5 ? true : undefined));
      });
      await burst;
    });
    const worst = Math.max(...traffic.tries.slice(before.tries));
    expect(worst).toBeLessThan(NO_HANG_MS);
    await untilCaughtUp(delge, SENDER.gateway);
    expect(await throughGapMs(delge, SENDER.gateway, since)).toBeGreaterThan(2_000);
    expect(await judged()).toEqual(nothing);
    record('F9', {
      acked: phase.acked,
      lost: 0,
      'red after': seconds(red),
      'answers of 503': refused() - before.refused,
      'slowest answer': seconds(worst),
    });
  });

  it('lose nothing when PostgreSQL is killed, and write again within 5 s', async () => {
    const before = pids();
    const gaps: number[] = [];
    let played = 0;
    for (let nth = 0; nth < TIMES; nth += 1) {
      // At the worst moment the last time.
      if (nth === TIMES - 1 && !QUICK) played = await own.postgres.fillLog();
      const { longestGapMs } = await traffic.phase('PostgreSQL killed', LEAST, async () => {
        await undergo(traffic.atWork(faults.postgresKilled), async () => undefined);
        await traffic.untilAccepted(LEAST);
      });
      process.stderr.write(
        `PostgreSQL killed, ${played} MiB to play again: first write after ${seconds(longestGapMs)}\n`,
      );
      gaps.push(longestGapMs);
    }
    await own.postgres.sql('DROP TABLE IF EXISTS filler');
    expect(Math.max(...gaps)).toBeLessThan(FIRST_WRITE_MS);
    expect(pids()).toEqual(before);
    expect(await judged()).toEqual(nothing);
    record('F10', {
      kills: TIMES,
      acked: traffic.accepted.length,
      lost: 0,
      'first write after': seconds(Math.max(...gaps)),
      'log played again': `${played} MiB at most`,
    });
  });

  it('end no process when PostgreSQL is restarted, or ends sessions in the middle of a transaction', async () => {
    const before = pids();
    for (const fault of [faults.postgresFast, faults.postgresImmediate]) {
      await traffic.phase(fault.name, LEAST, async () => {
        await undergo(traffic.atWork(fault), async () => undefined);
        await traffic.untilAccepted(LEAST);
      });
    }
    let ended = 0;
    await traffic.phase('sessions ended', LEAST, async () => {
      for (let nth = 0; nth < TIMES; nth += 1) ended += await own.postgres.terminateInTransaction(10);
      await traffic.untilAccepted(LEAST);
    });
    expect(ended).toBeGreaterThanOrEqual(10 * TIMES);
    expect(pids()).toEqual(before);
    expect(delge.stack.services.every((service) => delge.stack.process(service).alive())).toBe(true);
    expect(await judged()).toEqual(nothing);
    record('F11', {
      restarts: 2,
      'sessions ended': ended,
      'processes ended': 0,
      acked: traffic.accepted.length,
      lost: 0,
    });
  });

  it('set no message aside while PostgreSQL is away, and deliver all of them after', async () => {
    const before = pids();
    const refusedBefore = traffic.refusals.get(503) ?? 0;
    const { acked } = await traffic.phase('PostgreSQL away', LEAST, async () => {
      await undergo(traffic.atWork(faults.postgresKilled), () => delay(AWAY_MS));
      await traffic.untilAccepted(LEAST);
    });
    expect(traffic.refusals.get(503) ?? 0).toBeGreaterThan(refusedBefore);
    expect(pids()).toEqual(before);
    expect(await judged()).toEqual(nothing);
    expect(await quarantined()).toBe(0);
    expect(ends.every((state) => ['fetched', 'acknowledged'].includes(state))).toBe(true);
    record('F10', { away: seconds(AWAY_MS), acked, 'in quarantine': 0, lost: 0 });
  });

  it('answer within the time of a request whatever the network does, grow no process, and lose nothing', async () => {
    const before = await liveMib(delge);
    const slowest: Record<string, string> = {};
    for (const { name, ways, conditions, cut } of SHAPES.filter(({ quick }) => quick === true || !QUICK)) {
      const tries = traffic.tries.length;
      const { acked } = await traffic.phase(name, LEAST, async () => {
        await undergo(network.treated(name, ways, conditions, cut), async () => {
          const lasting = ways.filter((way) => way === 'postgres' || way === 'rabbitmq');
          const taken = lasting.map((way) => network.taken(way));
          await delay(SHAPED_MS);
          // Silence alone, and neither an error nor an end, tells them that the other side is gone.
          if (conditions.mode === 'swallow')
            await eventually('connections are given up, and made anew', GIVEN_UP_MS, async () =>
              lasting.every((way, nth) => network.taken(way) > (taken[nth] ?? 0)) ? true : undefined,
            );
        });
        await traffic.untilAccepted(LEAST);
      });
      const ms = p99(traffic.tries.slice(tries));
      process.stderr.write(`${name}: ${acked} accepted, p99 ${seconds(ms)}\n`);
      expect(ms).toBeLessThan(ANSWER_MS);
      slowest[`p99 ${name}`] = seconds(ms);
    }
    expect(await judged()).toEqual(nothing);
    expect(await quarantined()).toBe(0);
    const held = [...(await liveMib(delge))].map(
      ([service, now]) => [service, now - (before.get(service) ?? 0)] as const,
    );
    expect(held.filter(([, more]) => more > HELD_MIB)).toEqual([]);
    record('F15', {
      acked: traffic.accepted.length,
      lost: 0,
      ...slowest,
      'held more at most': `${Math.round(Math.max(...held.map(([, more]) => more)))} MiB`,
      'resident at most': `${Math.round(Math.max(...memoryMib(delge).values()))} MiB`,
    });
  });

  itWithDisk(
    'answer 503 while the disk of PostgreSQL is full, do nothing in part, and go on when there is room',
    async () => {
      const before = pids();
      disk = await Disk.under(own, SPARE_MIB);
      await traffic.untilAccepted(LEAST);
      const full = diskFull(own.postgres, disk, own.instance.path('log', 'postgres.log'));
      const refused = (): number => traffic.refusals.get(503) ?? 0;
      const already = refused();
      const { acked, longestGapMs } = await traffic.phase(full.name, LEAST, async () => {
        await undergo(full, async () => {
          await eventually('503', SOON_MS, async () => (refused() > already + 5 ? true : undefined));
          await delay(FULL_MS);
        });
        await traffic.untilAccepted(LEAST);
      });
      expect(pids()).toEqual(before);
      expect(await judged()).toEqual(nothing);
      expect(await quarantined()).toBe(0);
      record('F13', {
        acked,
        lost: 0,
        'answers of 503': refused() - already,
        'PostgreSQL ended itself': full.ended() ? 'yes' : 'no',
        'longest gap': seconds(longestGapMs),
      });
    },
  );
});
