import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { judge, nothing } from '../support/history.js';
import { TestStack, eventually } from '../support/stack.js';
import { undergo } from './fault.js';
import type { Fault } from './fault.js';
import { record } from './results.js';
import { describeFull } from './size.js';
import { seconds } from './support/figures.js';
import { Proxy } from './support/proxy.js';
import { Replica } from './support/replica.js';
import { OwnServers, isThere, killTree } from './support/servers.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';

const PER_SECOND = 10;
const LEAST = 50;
const SETTLED_MS = 180_000;

jest.setTimeout(600_000);

describeFull('a PostgreSQL that dies for good, and whose replica takes over', () => {
  let own: OwnServers;
  let delge: TestStack;
  let traffic: Traffic;
  /** The address that services know, and that moves to the new primary. */
  let address: Proxy;
  /** Between primary and replica. */
  let between: Proxy;
  let replica: Replica;
  let stop: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    own = await OwnServers.start('failover');
    const port = Number(new URL(own.postgres.url).port);
    address = await Proxy.before({ host: '127.0.0.1', port });
    between = await Proxy.before({ host: '127.0.0.1', port });
    const moving = new URL(own.postgres.url);
    moving.port = String(address.address.port);
    const servers = { ...own.servers, postgres: moving.toString().replace(/\/$/, '') };
    delge = await TestStack.own('failover', {}, [SENDER.authority, RECIPIENT.authority], servers);
    replica = await Replica.of(own, 'replica', own.postgres.url, between.address);
    await replica.synchronous();
    traffic = new Traffic(delge);
    stop = traffic.flow(PER_SECOND);
    await traffic.untilAccepted(LEAST);
  });
  afterAll(async () => {
    await stop().catch(() => undefined);
    const made = [delge, address, between, own] as readonly (TestStack | Proxy | OwnServers | undefined)[];
    for (const one of made) await (one instanceof Proxy ? one.close() : one?.end())?.catch(() => undefined);
  });

  const failover = (pid: number, to: Replica): Fault => ({
    name: 'primary lost for good',
    inject: async () => {
      await killTree(pid);
    },
    verify: async () => {
      if (isThere(pid)) throw new Error('it runs');
    },
    heal: async () => {
      await to.promote();
      address.aim(to.address);
      address.reset();
    },
    verifyHealed: async () => {
      await delge.sql(SENDER.gateway, 'SELECT 1');
    },
  });

  it('loses nothing of what was accepted where the replica is synchronous', async () => {
    expect(await replica.sync()).toBe('sync');
    const { longestGapMs } = await traffic.phase('failover', LEAST, async () => {
      await undergo(failover(own.postgres.pid(), replica), async () => undefined);
      await traffic.untilAccepted(LEAST);
    });
    await stop();
    await traffic.settled(SETTLED_MS);
    await traffic.fetch();
    expect(await judge(delge, traffic.accepted, SENDER, RECIPIENT)).toEqual(nothing);
    expect(delge.stack.services.every((service) => delge.stack.process(service).alive())).toBe(true);
    record('F12', { acked: traffic.accepted.length, lost: 0, 'longest gap': seconds(longestGapMs) });
  });

  it('loses what was accepted last where it is not: the control', async () => {
    await between.close();
    between = await Proxy.before(replica.address);
    const second = await Replica.of(own, 'second', replica.url, between.address);
    const state = await eventually('the second replica follows', SETTLED_MS, () => second.sync());
    expect(state).toBe('async');
    const before = new Set(traffic.accepted);
    between.set({ mode: 'swallow' });
    stop = traffic.flow(PER_SECOND);
    await traffic.untilAccepted(LEAST);
    await stop();
    const late = traffic.accepted.filter((id) => !before.has(id));
    await undergo(failover(own.processes.find('replica')?.pid ?? -1, second), async () => undefined);
    const there = await eventually('an answer', SETTLED_MS, () =>
      delge.sql<{ message_id: string }>(
        SENDER.gateway,
        `SELECT message_id FROM gateway.message WHERE message_id = ANY($1)`,
        [late],
      ),
    );
    const lost = late.length - there.length;
    expect(lost).toBeGreaterThan(0);
    record('F12', { 'without a synchronous replica, acked': late.length, lost });
  });
});
