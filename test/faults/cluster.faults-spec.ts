import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';
import { EXCHANGE_QUEUE } from '#messaging';
import { brokerAccounts } from '../../tools/deploy/broker.js';
import type { Servers } from '../../tools/deploy/servers.js';
import { Instance } from '../../tools/machine/instance.js';
import { judge, nothing } from '../support/history.js';
import type { Judged } from '../support/history.js';
import { TestStack, eventually } from '../support/stack.js';
import { undergo } from './fault.js';
import type { Fault } from './fault.js';
import { record } from './results.js';
import { QUICK, barOf } from './size.js';
import { Cluster } from './support/cluster.js';
import { throughGapMs, seconds, untilCaughtUp } from './support/figures.js';
import { withoutNamespaces } from './support/namespaces.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';

const NAME = 'cluster';
const VHOST = `dx-${NAME}`;
const GATEWAYS = [SENDER.gateway, RECIPIENT.gateway];
const PER_SECOND = 10;
const LEAST = QUICK ? 10 : 50;
const KILLS = QUICK ? 1 : 3;
const CUT_OFF_MS = 30_000;
const FLAPS = 6;
const FLAP_MS = 5_000;
const KILL_GAP_MS = barOf(10_000);
const CUT_GAP_MS = barOf(25_000);
const STEADY_MS = 60_000;
const SETTLED_MS = 180_000;

type Ended = { end(): Promise<void> };

jest.setTimeout(900_000);

const missing = withoutNamespaces();
if (missing !== undefined) process.stderr.write(`\nSKIPPED: three RabbitMQ nodes are not tested: ${missing}\n\n`);
const describeThere = missing === undefined ? describe : describe.skip;
const itFull = QUICK ? it.skip : it;

describeThere('a RabbitMQ cluster of three whose nodes die and are cut off', () => {
  let cluster: Cluster;
  let delge: TestStack;
  let traffic: Traffic;
  let stop: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    cluster = await Cluster.start(NAME);
    const { postgres } = JSON.parse(process.env['DELGE_TEST_SERVERS'] ?? '{}') as Servers;
    // Accounts as the deploy step makes them, and each service told of all three nodes.
    const secrets = Instance.open('test', process.env['DELGE_ROOT'] ?? process.cwd());
    const nodes = cluster.network.hosts.map((host) => brokerAccounts(secrets, cluster.urls(host), VHOST, GATEWAYS));
    const variables = {
      exchange: { AMQP_URL: nodes.map(({ exchange }) => exchange).join(',') },
      ...Object.fromEntries(
        GATEWAYS.map((id) => [`gateway-${id}`, { AMQP_URL: nodes.map(({ gateways }) => gateways.get(id)).join(',') }]),
      ),
    };
    const servers = { postgres, rabbitmq: cluster.urls(0) };
    delge = await TestStack.own(NAME, variables, [SENDER.authority, RECIPIENT.authority], servers);
    traffic = new Traffic(delge);
    stop = traffic.flow(PER_SECOND);
    await traffic.untilAccepted(LEAST);
  });
  afterEach(() => cluster.rejoin());
  afterAll(async () => {
    await stop();
    // A start that failed has made only some of them.
    for (const one of [delge, cluster]) await (one as Ended | undefined)?.end().catch(() => undefined);
  });

  const leader = (except?: number): Promise<number> =>
    eventually('a leader', SETTLED_MS, async () => {
      const at = await cluster.leader(VHOST, EXCHANGE_QUEUE, except);
      return at < 0 ? undefined : at;
    });
  const judged = async (): Promise<Judged> => {
    await stop();
    await traffic.settled(SETTLED_MS);
    await traffic.fetch();
    const found = await judge(delge, traffic.accepted, SENDER, RECIPIENT);
    stop = traffic.flow(PER_SECOND);
    return found;
  };

  const killed = (host: number): Fault => ({
    name: `node ${host} killed`,
    inject: () => cluster.kill(host),
    verify: async () => {
      if ((await cluster.beams(host)).length > 0) throw new Error('it runs');
    },
    heal: async () => {
      if ((await cluster.beams(host)).length === 0) await cluster.run(host);
    },
    verifyHealed: () => cluster.whole(),
  });

  /** What one host sends to another is lost, for each of these. */
  const cut = (name: string, drops: readonly (readonly [number, number])[]): Fault => ({
    name,
    inject: async () => {
      for (const [from, to] of drops) await cluster.network.drop(from, to);
    },
    verify: async () => {
      for (const [from, to] of drops) {
        if (await cluster.network.reaches(from, to)) throw new Error(`${from} reaches ${to}`);
        const back = drops.some(([one, other]) => one === to && other === from);
        if (!back && !(await cluster.network.reaches(to, from))) throw new Error(`${to} does not reach ${from}`);
      }
    },
    heal: () => cluster.rejoin(),
    verifyHealed: async () => {
      for (const [from, to] of drops) {
        if (!(await cluster.network.reaches(from, to))) throw new Error(`${from} does not reach ${to}`);
      }
      await cluster.whole();
    },
  });
  const both = (host: number): readonly (readonly [number, number])[] =>
    cluster.others(host).flatMap((other): [number, number][] => [
      [host, other],
      [other, host],
    ]);

  it('confirms again within 10 s when the leader of a queue is killed under its publisher, and loses nothing', async () => {
    const gaps: number[] = [];
    for (let nth = 0; nth < KILLS; nth += 1) {
      const victim = await leader();
      await cluster.pin(`gateway-${SENDER.gateway} publish`, victim);
      const since = new Date();
      await traffic.phase('leader killed', LEAST, () =>
        undergo(traffic.atWork(killed(victim)), async () => {
          await traffic.untilAccepted(LEAST);
          expect(await leader(victim)).not.toBe(victim);
          await untilCaughtUp(delge, SENDER.gateway);
        }),
      );
      gaps.push(await throughGapMs(delge, SENDER.gateway, since));
    }
    expect(Math.max(...gaps)).toBeLessThan(KILL_GAP_MS);
    expect(await judged()).toEqual(nothing);
    record('F6', { kills: KILLS, acked: traffic.accepted.length, lost: 0, 'longest gap': seconds(Math.max(...gaps)) });
  });

  itFull('goes on within 25 s when the leader of a queue is cut off, which confirms nothing by itself', async () => {
    const victim = await leader();
    await cluster.pin(`gateway-${SENDER.gateway} publish`, victim);
    const probe = await Probe.at(cluster.urls(victim).amqp, VHOST);
    const since = new Date();
    let within: readonly number[] = [];
    await traffic.phase('leader cut off', LEAST, () =>
      undergo(cut(`node ${victim} cut off`, both(victim)), async () => {
        const from = performance.now();
        const before = probe.sent;
        await delay(CUT_OFF_MS);
        expect(probe.sent).toBeGreaterThan(before);
        within = probe.confirmedAfter(before).filter((at) => at > from);
      }),
    );
    await untilCaughtUp(delge, SENDER.gateway);
    const gap = await throughGapMs(delge, SENDER.gateway, since);
    await probe.close();
    expect(within).toEqual([]);
    expect(gap).toBeLessThan(CUT_GAP_MS);
    expect(await judged()).toEqual(nothing);
    record('F7', {
      'cut off': seconds(CUT_OFF_MS),
      acked: traffic.accepted.length,
      lost: 0,
      'longest gap': seconds(gap),
    });
  });

  itFull(
    'loses nothing by a one-way partition, a ring of majorities and one that comes and goes, and is steady after',
    async () => {
      const steadyAfter: number[] = [];
      const shape = async (name: string, work: () => Promise<void>): Promise<void> => {
        await traffic.phase(name, LEAST, work);
        const begun = performance.now();
        await untilCaughtUp(delge, SENDER.gateway, STEADY_MS);
        await cluster.whole(STEADY_MS);
        steadyAfter.push(performance.now() - begun);
      };
      const victim = await leader();
      const [second = 0, third = 0] = cluster.others(victim);
      await shape('one way', () =>
        undergo(
          cut(
            'one way',
            cluster.others(victim).map((other) => [victim, other] as const),
          ),
          () => delay(CUT_OFF_MS),
        ),
      );
      await shape('ring of majorities', () =>
        undergo(
          cut('ring', [
            [second, third],
            [third, second],
          ]),
          () => delay(CUT_OFF_MS),
        ),
      );
      await shape('flapping', async () => {
        for (let nth = 0; nth < FLAPS; nth += 1) {
          const fault = cut('flap', both(victim));
          await fault.inject();
          if (nth === 0) await fault.verify();
          await delay(FLAP_MS);
          await fault.heal();
          await delay(FLAP_MS);
        }
      });
      expect(await judged()).toEqual(nothing);
      record('F8', {
        shapes: 3,
        acked: traffic.accepted.length,
        lost: 0,
        'steady after': seconds(Math.max(...steadyAfter)),
      });
    },
  );
});

/** Publishes by one node alone, into a queue that it leads, and writes down what is confirmed. */
class Probe {
  sent = 0;
  private readonly confirmed = new Map<number, number>();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly connection: ChannelModel,
    channel: ConfirmChannel,
    queue: string,
  ) {
    for (const emitter of [connection, channel]) emitter.on('error', () => undefined);
    connection.on('close', () => clearInterval(this.timer));
    this.timer = setInterval(() => {
      const nth = (this.sent += 1);
      channel.publish('', queue, Buffer.from(String(nth)), { persistent: true }, (error: unknown) => {
        if (error === null || error === undefined) this.confirmed.set(nth, performance.now());
      });
    }, 200);
  }

  static async at(url: string, vhost: string): Promise<Probe> {
    const connection = await connect(`${url}/${encodeURIComponent(vhost)}`);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('probe', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    return new Probe(connection, channel, 'probe');
  }

  /** When those were confirmed that were sent after the first `sent`. */
  confirmedAfter(sent: number): readonly number[] {
    return [...this.confirmed].filter(([nth]) => nth > sent + 1).map(([, at]) => at);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.connection.close().catch(() => undefined);
  }
}
