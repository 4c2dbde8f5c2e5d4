import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ChannelModel } from 'amqplib';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReferralAccepted, SubmitReferralDto } from '#contracts';
import { deployBroker } from '../../tools/deploy/broker.js';
import { deployDatabases } from '../../tools/deploy/databases.js';
import { Stack } from '../../tools/deploy/stack.js';
import { Processes } from '../../tools/machine/processes.js';
import { TestStack, eventually, permitted } from '../support/stack.js';
import { record } from './results.js';
import { QUICK } from './size.js';
import { Answers } from './support/answers.js';
import type { Failed } from './support/answers.js';
import { EARLIER, earlierRelease, withoutEarlier } from './support/earlier.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import type { Phase } from './traffic.js';
import { Verdict } from './verdict.js';

const NAME = 'rolling';
const PER_SECOND = 20;
const LEAST = 40;
const READ_MS = 200;
const SOON_MS = 30_000;
const [SENDERS, RECIPIENTS] = [`gateway-${SENDER.gateway}`, `gateway-${RECIPIENT.gateway}`];
/** As docs/operator.md has it: the operator's in this order; a gateway whenever its owner likes, so one before them and one after. */
const FORWARD = [SENDERS, 'ledger', 'signer', 'registry', 'exchange', RECIPIENTS];
const BACK = [SENDERS, 'exchange'];
/** Of all others a second process may run. */
const ONE_ALONE = ['signer'];
const QUEUES: Readonly<Record<string, string>> = {
  exchange: 'exchange.in',
  [SENDERS]: `gw.${SENDER.gateway}.in`,
  [RECIPIENTS]: `gw.${RECIPIENT.gateway}.in`,
};

const without = QUICK ? undefined : withoutEarlier();
if (without !== undefined) process.stderr.write(`\nSKIPPED: an upgrade is not tested: ${without}\n\n`);
const describeUpgrade = QUICK || without !== undefined ? describe.skip : describe;

/** The first start compiles the earlier version. */
jest.setTimeout(1_200_000);

const programOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

describeUpgrade(`an upgrade from ${EARLIER.slice(0, 7)} under referrals`, () => {
  let delge: TestStack;
  let old: Stack;
  let now: Stack;
  let second: Processes;
  let broker: ChannelModel;
  let traffic: Traffic;
  let answers: Answers;
  let stop: () => Promise<void>;
  const over = new AbortController();
  let reading: Promise<void>;
  let first: SubmitReferralDto | undefined;
  /** When which gateway was away. */
  const away: { readonly origin: string; readonly from: number; readonly to: number }[] = [];

  beforeAll(async () => {
    const earlier = await earlierRelease();
    delge = await TestStack.own(NAME, {}, [SENDER.authority, RECIPIENT.authority], undefined, earlier);
    old = delge.stack;
    const { release: _, ...options } = old.options;
    now = Stack.attach({ ...options, processes: new Processes(options.instance, `${NAME}-now`) });
    second = new Processes(options.instance, `${NAME}-second`);
    broker = await delge.amqp('admin');
    answers = new Answers([SENDERS, RECIPIENTS].map((service) => old.url(service)));
    traffic = new Traffic(delge, SENDER, RECIPIENT, () => {
      const { referral } = permitted();
      first ??= referral;
      return referral;
    });
    stop = traffic.flow(PER_SECOND);
    reading = (async () => {
      // What it is not given it asks for again.
      for (; !over.signal.aborted; await delay(READ_MS)) await traffic.fetch().catch(() => undefined);
    })();
    await traffic.untilAccepted(LEAST);
  });
  afterAll(async () => {
    // A start that failed has made only some of them.
    over.abort();
    (traffic as Traffic | undefined)?.close();
    (answers as Answers | undefined)?.end();
    await (broker as ChannelModel | undefined)?.close();
    await (second as Processes | undefined)?.stopAll();
    await (now as Stack | undefined)?.killAll();
    await (delge as TestStack | undefined)?.end();
  });

  const isAway = ({ origin, status, retryAfter, askedAt }: Failed): boolean =>
    (status === undefined || (status === 503 && retryAfter)) &&
    // What was asked before its process was told to end is answered by it.
    away.some((one) => one.origin === origin && askedAt >= one.from && askedAt <= one.to);

  const told = ({ name, acked, longestGapMs }: Phase, more: object = {}): void =>
    record('F33', { step: name, acked, 'longest gap': `${longestGapMs} ms`, ...more });

  /** Names of what has changed the tables so far. */
  const migrations = async (): Promise<readonly string[]> => {
    const places = [
      ...(['ledger', 'registry', 'exchange'] as const).map((schema) => ['operator', schema] as const),
      ...[SENDER, RECIPIENT].map(({ gateway }) => [gateway, 'gateway'] as const),
    ];
    const all = places.map(async ([database, schema]) => {
      const rows = await delge.sql<{ name: string }>(database, `SELECT name FROM ${schema}.migration`);
      return rows.map(({ name }) => `${database} ${schema} ${name}`);
    });
    return (await Promise.all(all)).flat();
  };

  const consumersOf = async (service: string): Promise<number> => {
    const channel = await broker.createChannel();
    const { consumerCount } = await channel.checkQueue(QUEUES[service] ?? '');
    await channel.close();
    return consumerCount;
  };

  /** A second process of it, of that version, on a port of its own: database, keys and queue are those of the first, which takes in the calls. */
  const startBeside = async (version: Stack, service: string): Promise<Stack> => {
    const { options } = version;
    const key = `${NAME}/${service}`;
    const { [`${NAME}/second` as const]: port } = await options.instance.ports([`${NAME}/second`] as const);
    const variables = { [service]: { PUBLIC_URL: version.url(service) } };
    const stack = Stack.attach({ ...options, processes: second, ports: { [key]: port }, variables });
    await stack.run(service);
    if (QUEUES[service] !== undefined)
      await eventually('both read its queue', SOON_MS, async () =>
        (await consumersOf(service)) >= 2 ? true : undefined,
      );
    return stack;
  };

  /** Both versions at work, then the other one alone. */
  const replace = async (service: string, from: Stack, to: Stack, word: string): Promise<void> => {
    const phase = await traffic.phase(`${service} ${word}`, LEAST, async () => {
      const beside = ONE_ALONE.includes(service) ? undefined : await startBeside(to, service);
      if (beside !== undefined && service === SENDERS) await knowsAgain(beside.url(service));
      await traffic.untilAccepted(LEAST);
      const victim = from.process(service);
      // Otherwise nothing was upgraded.
      expect(programOf(victim.pid)).toContain(`${from.options.release?.root ?? from.options.instance.root}/dist/`);
      const began = Date.now();
      await from.stop(service);
      expect([service, await victim.ended]).toEqual([service, 'code 0']);
      await to.run(service);
      if (service.startsWith('gateway')) away.push({ origin: to.url(service), from: began, to: Date.now() });
      const another = beside?.process(service);
      await beside?.stop(service);
      if (another !== undefined) expect([service, await another.ended]).toEqual([service, 'code 0']);
      await traffic.untilAccepted(LEAST);
    });
    told(phase);
    await sameAnswers();
  };

  /** What one version has written, the other reads, and knows again. */
  const sameAnswers = async (): Promise<void> => {
    const client = delge.sandbox.client(SENDER.authority);
    const ids = [...traffic.answered.keys()];
    for (const id of [ids.at(0), ids.at(-1)]) {
      const { recipients } = await client.referral(id ?? '');
      expect(recipients.map(({ messageId }) => messageId)).toEqual([traffic.answered.get(id ?? '')?.messageId]);
    }
    await knowsAgain(old.url(SENDERS));
  };

  /** The same referral under the same id has the same answer, whichever version took it in and whichever is asked. */
  const knowsAgain = async (url: string): Promise<void> => {
    if (first === undefined) throw new Error('nothing was sent');
    const token = await delge.sandbox.client(SENDER.authority).accessToken();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/referrals`, { method: 'POST', headers, body: JSON.stringify(first) });
    const { recipients } = (await response.json()) as ReferralAccepted;
    const { messageId } = traffic.answered.get(first.id) ?? {};
    expect([response.status, recipients.map((one) => one.messageId)]).toEqual([202, [messageId]]);
  };

  it('goes on while the deploy step changes tables and queues under the earlier version', async () => {
    const { instance, servers, directory } = now.options;
    const gateways = directory.gateways.map(({ id }) => id);
    const before = await migrations();
    const phase = await traffic.phase('deploy step', LEAST, async () => {
      await deployDatabases(instance, servers.postgres, `delge_${NAME}`, gateways);
      await deployBroker(instance, servers.rabbitmq, `dx-${NAME}`, gateways);
      await traffic.untilAccepted(LEAST);
    });
    const added = (await migrations()).filter((name) => !before.includes(name));
    // Else it had nothing to do.
    expect(added).not.toEqual([]);
    told(phase, { migrations: added.length });
    await sameAnswers();
  });

  it('goes on while one service after the other is replaced', async () => {
    for (const service of FORWARD) await replace(service, old, now, 'replaced');
  });

  it('goes on while two of them go back to the earlier version, on the new tables, and forward again', async () => {
    for (const service of BACK) await replace(service, now, old, 'put back');
    for (const service of BACK.toReversed()) await replace(service, old, now, 'replaced again');
  });

  it('has lost nothing, done nothing twice, and answered nobody with 5xx', async () => {
    await stop();
    const settledMs = await traffic.settled();
    over.abort();
    await reading;
    answers.end();
    const counts = await new Verdict(delge, traffic).nothingBroken();
    // One process of each gateway takes in calls here. While the next is started nobody may listen; or it says that it is not ready, and when to try again.
    const [whileAway, failed] = [true, false].map((is) => answers.failed.filter((one) => isAway(one) === is));
    expect(failed).toEqual([]);
    expect(await delge.sql('operator', `SELECT reason FROM exchange.quarantine`)).toEqual([]);
    record('F33', {
      answers: answers.all,
      'of 5xx': answers.failed.filter(({ status }) => status !== undefined).length,
      'calls that nobody took while their gateway was replaced': whileAway?.length ?? 0,
      'all ended after': `${settledMs} ms`,
      ...counts,
    });
  });
});
