import { join } from 'node:path';
import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { DelgeProblem } from '#client';
import type { MessageSummary, MessageView, SubmitReferralDto } from '#contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, QueryResultRow } from 'pg';
import { TEMPLATE, asAdmin } from '../../tools/deploy/databases.js';
import type { Servers } from '../../tools/deploy/servers.js';
import { STACK_STEPS, Stack, sharedStack } from '../../tools/deploy/stack.js';
import type { Release, StackOptions } from '../../tools/deploy/stack.js';
import { asRun, buildsOnAnother, readExamples } from '../../tools/demo/examples.js';
import type { Example } from '../../tools/demo/examples.js';
import { Sandbox } from '../../tools/demo/sandbox.js';
import { send } from '../../tools/demo/send.js';
import { Instance } from '../../tools/machine/instance.js';
import { Processes } from '../../tools/machine/processes.js';
import { Progress } from '../../tools/machine/progress.js';
import { readDirectory } from '../../tools/sandbox/directory.js';
import type { SandboxDirectory } from '../../tools/sandbox/directory.js';
import { keyFiles } from '../../tools/sandbox/keys.js';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { postgresOfWorker } from './databases.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const SETTLED_MS = 30_000;
const POLL_MS = 25;

/** A whole Delge, with hands on what no user can reach: its databases, its broker, its processes. */
export class TestStack {
  private constructor(
    readonly stack: Stack,
    readonly sandbox: Sandbox,
    readonly directory: SandboxDirectory,
  ) {}

  /** The one that all specs of a worker share. Nobody stops its services or changes its tables. */
  static async shared(): Promise<TestStack> {
    const options = optionsOf(sharedStack(Number(process.env['JEST_WORKER_ID'])));
    return new TestStack(Stack.attach(options), await Sandbox.open(options.dir), options.directory);
  }

  /**
   * One of the spec's own, to break.
   * @param variables of single services
   * @param authorities that take part, with their gateways; all when absent
   * @param servers of the spec's own; those that all share when absent
   * @param release that is deployed; this checkout when absent
   */
  static async own(
    name: string,
    variables: StackOptions['variables'] = {},
    authorities?: readonly string[],
    servers?: Servers,
    release?: Release,
  ): Promise<TestStack> {
    const all = optionsOf(name, servers);
    const directory = authorities === undefined ? all.directory : partOf(all.directory, authorities);
    // Servers of its own have no databases to copy.
    const template = servers === undefined ? { template: TEMPLATE } : {};
    const options = { ...all, variables, directory, ...template, ...(release === undefined ? {} : { release }) };
    await Stack.remove(options);
    const stack = await Stack.start(options, new Progress(STACK_STEPS, process.stderr)).catch(
      async (error: unknown) => {
        // Those that had started would keep the whole run from its end.
        await options.processes.stopAll();
        throw error;
      },
    );
    return new TestStack(stack, await Sandbox.open(options.dir), options.directory);
  }

  /** Leaves nothing of it. Killed and not drained: nobody needs what it holds any more. */
  async end(): Promise<void> {
    await this.stack.killAll();
    await Stack.remove(this.stack.options);
  }

  /** SQL as the database's superuser. @param database `operator` or a gateway's id */
  sql<T extends QueryResultRow>(
    database: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly T[]> {
    return this.database(database, async (db) => (await db.query<T>(text, [...values])).rows);
  }

  /** Work over one connection of the database's superuser. @param database `operator` or a gateway's id */
  database<T>(database: string, work: (db: Client) => Promise<T>): Promise<T> {
    const { name, servers } = this.stack.options;
    const full = `delge_${name}_${database === 'operator' ? database : `gw_${database}`}`;
    return asAdmin(servers.postgres, full, work);
  }

  /** @param account `exchange`, `admin`, or a gateway's id */
  amqp(account: string): Promise<ChannelModel> {
    const { exchange, admin, gateways } = this.stack.broker;
    return connect(account === 'exchange' ? exchange : account === 'admin' ? admin : (gateways.get(account) ?? ''));
  }

  /** Calls a route of the exchange that the operator's people use. */
  async operator(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const secret = readFileSync(keyFiles(this.stack.options.dir).operatorToken, 'utf8').trim();
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const response = await fetch(`${this.stack.url('exchange')}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  /** Sends examples side by side, and after them those that build on another; comes back when all have ended. */
  async sendAll(all: readonly Example[]): Promise<void> {
    await Promise.all(all.filter((one) => !buildsOnAnother(one)).map((one) => send(this.sandbox, one)));
    for (const one of all.filter(buildsOnAnother)) await send(this.sandbox, one);
  }

  /** Waits until each message of a referral is in one of these states. @returns them */
  async settled(
    system: string,
    referral: string,
    states: readonly string[],
    ms = SETTLED_MS,
  ): Promise<readonly MessageView[]> {
    return eventually(`${referral} in ${states.join('|')}`, ms, async () => {
      const { recipients } = await this.sandbox.client(system).referral(referral);
      return recipients.every(({ state }) => states.includes(state)) ? recipients : undefined;
    });
  }
}

/** An example under ids of its own, so that each test sends another referral. */
export const example = (name: string): Example => {
  const found = asRun(readExamples(join(ROOT, 'examples/referrals')), randomUUID()).find((one) =>
    one.name.startsWith(name),
  );
  if (found === undefined) throw new Error(`no example ${name}`);
  return found;
};
export const examples = (): readonly Example[] => asRun(readExamples(join(ROOT, 'examples/referrals')), randomUUID());

/** A referral that is permitted, from this system to that recipient. */
export const permitted = (): {
  readonly system: string;
  readonly recipient: string;
  readonly referral: SubmitReferralDto;
} => {
  const { system, referral } = example('01-linkoping');
  return { system, recipient: referral.to[0]?.authority ?? '', referral };
};

/** Slug of the problem that a call ends in. */
export const problemOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof DelgeProblem) return error.slug;
    throw error;
  }
};

/** The refusal that a call ends in, with the verdict for each recipient. */
export const refusalOf = async (
  call: Promise<unknown>,
): Promise<{ readonly status: number; readonly slug: string; readonly recipients: readonly MessageSummary[] }> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof DelgeProblem)) throw error;
    const { status, recipients = [] } = error.problem as { status: number; recipients?: readonly MessageSummary[] };
    return { status, slug: error.slug, recipients };
  }
  throw new Error('it was not refused');
};

/** Asks until there is an answer. @throws {Error} when there is none in time */
export const eventually = async <T>(what: string, ms: number, ask: () => Promise<T | undefined>): Promise<T> => {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`not after ${ms} ms: ${what}`);
    await delay(POLL_MS);
  }
};

const partOf = (whole: SandboxDirectory, ids: readonly string[]): SandboxDirectory => {
  const authorities = whole.authorities.filter(({ id }) => ids.includes(id));
  const gateways = whole.gateways.filter(({ id }) => authorities.some(({ gateway }) => gateway === id));
  const slugs = new Set([...ids.map((id) => id.split('/')[0]), ...gateways.map(({ operatedBy }) => operatedBy)]);
  const participants = whole.participants.filter(({ slug }) => slugs.has(slug));
  const cooperations = whole.cooperations.filter(({ parties }) => parties.every((id) => ids.includes(id)));
  // Those who are there witness: a quorum of others would never be met.
  const there = whole.witnesses.gateways.filter((id) => gateways.some((gateway) => gateway.id === id));
  const witnesses = { quorum: Math.min(whole.witnesses.quorum, there.length), gateways: there };
  return { ...whole, authorities, gateways, participants, cooperations, witnesses };
};

const optionsOf = (name: string, own?: Servers): StackOptions => {
  const servers = process.env['DELGE_TEST_SERVERS'];
  if (servers === undefined) throw new Error('run through `npm test`: it starts the servers');
  const instance = Instance.open('test', ROOT);
  return {
    instance,
    processes: new Processes(instance, name),
    servers: own ?? { ...(JSON.parse(servers) as Servers), postgres: postgresOfWorker() },
    directory: readDirectory(join(ROOT, 'examples/sandbox-directory.yaml')),
    name,
    dir: instance.path(name),
  };
};
