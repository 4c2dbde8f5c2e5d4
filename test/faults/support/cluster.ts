import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Instance } from '../../../tools/machine/instance.js';
import { Processes, stopLeftover, until } from '../../../tools/machine/processes.js';
import { findRabbitmq } from '../../../tools/machine/rabbitmq.js';
import type { BrokerUrls } from '../../../tools/machine/rabbitmq.js';
import { Namespaces } from './namespaces.js';
import { commandOf, isThere } from './servers.js';

const ADMIN = 'delge-admin';
const NODES = 3;
const [AMQP, MANAGEMENT] = [5672, 15672];
const READY_MS = 180_000;
const GONE_MS = 10_000;
const ASK_MS = 5_000;
/** Seconds after which a node that says nothing is taken for gone. */
const NET_TICKTIME = 15;

/** Three RabbitMQ nodes as one cluster, each on a host of its own, to kill and to cut off. */
export class Cluster {
  private constructor(
    readonly instance: Instance,
    readonly processes: Processes,
    readonly network: Namespaces,
    private readonly sbin: string,
    private readonly password: string,
  ) {}

  /** Made anew. @param name of the spec; its folder is `.delge/test-<name>` */
  static async start(name: string): Promise<Cluster> {
    const instance = Instance.open(`test-${name}`, process.env['DELGE_ROOT'] ?? process.cwd());
    await stopLeftover(instance);
    const network = await Namespaces.make(instance, NODES);
    for (const host of network.hosts) rmSync(instance.path(`node-${host}`), { recursive: true, force: true });
    const secret = instance.secret('rabbitmq-admin');
    const cluster = new Cluster(instance, new Processes(instance), network, await findRabbitmq(), secret);
    for (const host of network.hosts) cluster.configure(host);
    // The first forms the cluster, the others find it there.
    await cluster.run(0);
    await Promise.all([cluster.run(1), cluster.run(2)]);
    await cluster.whole();
    return cluster;
  }

  /** Of one node. */
  urls(host: number): BrokerUrls {
    const of = (protocol: string, port: number): string =>
      `${protocol}://${ADMIN}:${this.password}@${this.network.address(host)}:${port}`;
    return { amqp: of('amqp', AMQP), management: of('http', MANAGEMENT) };
  }

  /** Starts a node and waits until it answers. */
  async run(host: number): Promise<void> {
    const home = this.home(host);
    const env = {
      HOME: home,
      RABBITMQ_USE_LONGNAME: 'true',
      RABBITMQ_NODENAME: this.node(host),
      RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(home, 'advanced.config'),
      RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(home, 'data'),
      RABBITMQ_LOG_BASE: join(home, 'log'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(home, 'generated'),
      RABBITMQ_PID_FILE: join(home, 'pid'),
    };
    const on = (name: string, ...command: readonly string[]) =>
      this.processes.start({
        name: `${name}-${host}`,
        command: 'ip',
        args: [...this.network.on(host), ...command],
        cwd: home,
        env,
      });
    if (this.processes.find(`epmd-${host}`)?.alive() !== true) on('epmd', 'epmd');
    const running = on('rabbitmq', join(this.sbin, 'rabbitmq-server'));
    await until(`RabbitMQ ${host}`, READY_MS, async () => (await this.alarms(host)) === 'none', running);
  }

  /** `kill -9` of a node. @throws {Error} when it was not there, or is still */
  async kill(host: number): Promise<void> {
    const pids = await this.beams(host);
    if (pids.length === 0) throw new Error(`node ${host} does not run`);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    for (const end = Date.now() + GONE_MS; pids.some(isThere); await delay(10)) {
      if (Date.now() > end) throw new Error(`node ${host} is still there`);
    }
  }

  /** What runs of a node, by its namespace: its command line does not say which node it is. */
  async beams(host: number): Promise<readonly number[]> {
    const pids = await this.network.pids(host);
    return pids.filter((pid) => isThere(pid) && commandOf(pid) === 'beam.smp');
  }

  /** Waits until each node runs, sees the two others, and may be lost: a node runs before its part of every queue does, and then no queue outlives the next one. */
  async whole(ms = READY_MS): Promise<void> {
    await until('the cluster is whole', ms, async () => {
      const seen = await Promise.all(this.network.hosts.map((host) => this.runningSeenBy(host)));
      if (!seen.every((count) => count === NODES)) return false;
      const spared = await Promise.all(this.network.hosts.map((host) => this.maySpare(host)));
      return spared.every(Boolean);
    });
  }

  /** Host of a queue's leader, as one that is left sees it. */
  async leader(vhost: string, queue: string, except?: number): Promise<number> {
    for (const host of this.network.hosts.filter((one) => one !== except)) {
      const path = `/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}`;
      const { leader } = ((await this.ask(host, path)) ?? {}) as { readonly leader?: string };
      const at = this.network.hosts.find((one) => this.node(one) === leader);
      if (at !== undefined && at !== except) return at;
    }
    return -1;
  }

  /** Closes a client's connections until it has one at this node. @param name that the client gave it */
  async pin(name: string, host: number): Promise<void> {
    await until(`${name} at node ${host}`, READY_MS, async () => {
      const all = ((await this.ask(host, '/api/connections')) ?? []) as readonly {
        readonly name: string;
        readonly node: string;
        readonly user_provided_name?: string;
      }[];
      const own = all.filter(({ user_provided_name: given }) => given === name);
      if (own.some(({ node }) => node === this.node(host))) return true;
      for (const one of own) await this.ask(host, `/api/connections/${encodeURIComponent(one.name)}`, 'DELETE');
      // The statistics behind this answer are taken every five seconds.
      await delay(1_000);
      return false;
    });
  }

  /** Cuts a node off from the others, in both directions. */
  async isolate(host: number): Promise<void> {
    for (const other of this.others(host))
      await Promise.all([this.network.drop(host, other), this.network.drop(other, host)]);
  }
  /** Everything reaches everything again. */
  async rejoin(): Promise<void> {
    for (const host of this.network.hosts)
      for (const other of this.others(host)) await this.network.restore(host, other);
  }
  others(host: number): readonly number[] {
    return this.network.hosts.filter((one) => one !== host);
  }

  /** Leaves nothing of it. */
  async end(): Promise<void> {
    await this.network.remove();
    await this.processes.stopAll();
    rmSync(this.instance.dir, { recursive: true, force: true });
  }

  private configure(host: number): void {
    const home = this.home(host);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const peers = this.network.hosts.map((peer) => [
      `cluster_formation.classic_config.nodes.${peer + 1}`,
      this.node(peer),
    ]);
    const settings = {
      'listeners.tcp.1': `${this.network.address(host)}:${AMQP}`,
      'management.tcp.ip': this.network.address(host),
      'management.tcp.port': MANAGEMENT,
      default_user: ADMIN,
      default_pass: this.password,
      cluster_partition_handling: 'pause_minority',
      'cluster_formation.peer_discovery_backend': 'classic_config',
      ...(Object.fromEntries(peers) as Record<string, string>),
      'raft.wal_max_size_bytes': 64 * 1024 * 1024,
      'disk_free_limit.absolute': '100MB',
      collect_statistics_interval: 5_000,
      'log.file.level': 'info',
    };
    const text = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(home, 'rabbitmq.conf'), text.join(''), { mode: 0o600 });
    writeFileSync(join(home, 'advanced.config'), `[{kernel, [{net_ticktime, ${NET_TICKTIME}}]}].\n`);
    writeFileSync(join(home, 'enabled_plugins'), '[rabbitmq_management].\n');
    writeFileSync(join(home, '.erlang.cookie'), this.instance.secret('erlang-cookie'), { mode: 0o400 });
  }

  private async runningSeenBy(host: number): Promise<number> {
    const nodes = ((await this.ask(host, '/api/nodes')) ?? []) as readonly { readonly running?: boolean }[];
    return nodes.filter(({ running }) => running === true).length;
  }

  /** Whether every queue keeps its quorum without this node. */
  private async maySpare(host: number): Promise<boolean> {
    return (await this.ask(host, '/api/health/checks/node-is-quorum-critical')) !== undefined;
  }

  private async alarms(host: number): Promise<'none' | 'some' | 'no-answer'> {
    const answer = await this.ask(host, '/api/health/checks/local-alarms');
    return answer === undefined ? 'no-answer' : 'none';
  }

  /** Of the management API. @returns undefined when there is no good answer */
  private async ask(host: number, path: string, method = 'GET'): Promise<unknown> {
    const { origin, username, password } = new URL(this.urls(host).management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    try {
      const response = await fetch(origin + path, {
        method,
        headers: { authorization },
        signal: AbortSignal.timeout(ASK_MS),
      });
      const text = await response.text();
      if (!response.ok) return undefined;
      return text === '' ? {} : (JSON.parse(text) as unknown);
    } catch {
      return undefined;
    }
  }

  private home(host: number): string {
    return this.instance.path(`node-${host}`);
  }
  private node(host: number): string {
    return `delge@${this.network.address(host)}`;
  }
}
