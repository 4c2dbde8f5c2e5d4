import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { asAdmin } from '../../../tools/deploy/databases.js';
import type { Servers } from '../../../tools/deploy/servers.js';
import { Instance } from '../../../tools/machine/instance.js';
import { findPostgres, removePostgresData, startPostgres } from '../../../tools/machine/postgres.js';
import { Processes, stopLeftover } from '../../../tools/machine/processes.js';
import { findRabbitmq, startRabbitmq } from '../../../tools/machine/rabbitmq.js';
import type { BrokerUrls } from '../../../tools/machine/rabbitmq.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const GONE_MS = 10_000;
const ANSWER_MS = 10_000;
/** Of `max_wal_size`: a checkpoint ends before it is reached. */
const NEARLY = 0.8;
const run = promisify(execFile);

type Settings = Readonly<Record<string, string | number>>;
const none = (): Promise<Settings> => Promise.resolve({});

/** Servers that one spec may kill, freeze and restart, apart from those that the others share. */
export class OwnServers {
  private constructor(
    readonly instance: Instance,
    readonly processes: Processes,
    readonly postgres: OwnPostgres,
    readonly rabbitmq: OwnRabbitmq,
  ) {}

  /** Made anew. @param name of the spec; its folder is `.delge/test-<name>` @param settings of RabbitMQ beside the usual ones */
  static async start(name: string, settings: (instance: Instance) => Promise<Settings> = none): Promise<OwnServers> {
    const instance = Instance.open(`test-${name}`, ROOT);
    await stopLeftover(instance);
    removePostgresData(instance);
    for (const folder of ['postgres', 'rabbitmq']) rmSync(instance.path(folder), { recursive: true, force: true });
    const processes = new Processes(instance);
    const [postgres, rabbitmq] = await Promise.all([
      OwnPostgres.start(instance, processes),
      settings(instance).then((more) => OwnRabbitmq.start(instance, processes, more)),
    ]);
    return new OwnServers(instance, processes, postgres, rabbitmq);
  }

  get servers(): Servers {
    return { postgres: this.postgres.url, rabbitmq: this.rabbitmq.urls };
  }

  /** Leaves nothing of them. */
  async end(): Promise<void> {
    await Promise.all([this.postgres.kill().catch(() => undefined), this.rabbitmq.kill().catch(() => undefined)]);
    await this.processes.stopAll();
    removePostgresData(this.instance);
    rmSync(this.instance.dir, { recursive: true, force: true });
  }
}

/** One PostgreSQL, with hands on its processes. */
export class OwnPostgres {
  private constructor(
    private readonly instance: Instance,
    private readonly processes: Processes,
    readonly bin: string,
    /** Administrator's, without database. The same after each restart. */
    readonly url: string,
  ) {}

  static async start(instance: Instance, processes: Processes): Promise<OwnPostgres> {
    const bin = await findPostgres();
    const made = new OwnPostgres(instance, processes, bin, await startPostgres(instance, processes, bin));
    // As docs/operator.md says: after a crash each file would be synchronised by itself, which takes longer than all else.
    await made.sql(`ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'`);
    await made.sql(`SELECT pg_reload_conf()`);
    return made;
  }

  /** Once more, on the same port and data. Resolves when it answers. */
  async start(): Promise<void> {
    const url = await startPostgres(this.instance, this.processes, this.bin);
    if (url !== this.url) throw new Error('another process has taken the port of PostgreSQL');
  }

  /** `kill -9` of the postmaster and of all its children. @returns pids of what was killed */
  async kill(): Promise<readonly number[]> {
    return killTree(this.pid());
  }

  /** Stops it where it is, with all its children. @returns their pids */
  pause(): Promise<readonly number[]> {
    return pauseTree(this.pid());
  }

  /** Ends it as `pg_ctl stop` does: `fast` ends sessions, `immediate` leaves recovery to the next start. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const running = this.processes.find('postgres');
    running?.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await running?.ended;
  }

  /** Ends sessions of services in the middle of a transaction, asking until there were some. @returns how many */
  async terminateInTransaction(least: number): Promise<number> {
    let ended = 0;
    for (const until = Date.now() + GONE_MS; ended < least && Date.now() < until;) {
      const [row] = await this.sql<{ count: string }>(
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE application_name LIKE 'delge-%' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
      );
      ended += Number(row?.count);
    }
    return ended;
  }

  /**
   * Writes until a recovery would have nearly as much of the log to play again as the settings ever let it have: while a checkpoint is under way, all since the one before.
   * @returns how much that is, in MiB
   */
  async fillLog(): Promise<number> {
    await this.sql(`CREATE TABLE filler (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), octets text)`);
    for (;;) {
      await this.sql(
        `INSERT INTO filler (octets) SELECT string_agg(gen_random_uuid()::text, '') FROM generate_series(1, 1000) row, generate_series(1, 100) GROUP BY row`,
      );
      const [log] = await this.sql<{ mib: string; most: string }>(
        `SELECT (pg_current_wal_lsn() - redo_lsn) / 1048576 AS mib, setting AS most
         FROM pg_control_checkpoint(), pg_settings WHERE name = 'max_wal_size'`,
      );
      if (Number(log?.mib) >= Number(log?.most) * NEARLY) return Math.round(Number(log?.mib));
    }
  }

  pid(): number {
    return this.processes.find('postgres')?.pid ?? -1;
  }

  runs(): boolean {
    return this.processes.find('postgres')?.alive() === true;
  }

  async answers(): Promise<boolean> {
    const asked = this.sql(`SELECT 1`).then(
      () => true,
      () => false,
    );
    // One that ends while it is asked may leave a client that waits for its goodbye.
    return Promise.race([asked, delay(ANSWER_MS, false, { ref: false })]);
  }

  sql<T extends object>(text: string): Promise<readonly T[]> {
    return asAdmin(this.url, 'postgres', async (db) => (await db.query<T>(text)).rows);
  }
}

/** One RabbitMQ node, with hands on its processes and its alarms. */
export class OwnRabbitmq {
  private constructor(
    private readonly instance: Instance,
    private readonly processes: Processes,
    private readonly sbin: string,
    /** The same after each restart. */
    readonly urls: BrokerUrls,
    private readonly settings: Settings,
  ) {}

  static async start(instance: Instance, processes: Processes, settings: Settings = {}): Promise<OwnRabbitmq> {
    const sbin = await findRabbitmq();
    const urls = await startRabbitmq(instance, processes, sbin, settings);
    return new OwnRabbitmq(instance, processes, sbin, urls, settings);
  }

  /** Once more, on the same ports and data. Resolves when it answers and has no alarm. */
  async start(): Promise<void> {
    const urls = await startRabbitmq(this.instance, this.processes, this.sbin, this.settings);
    if (urls.amqp !== this.urls.amqp) throw new Error('another process has taken the port of RabbitMQ');
  }

  /** `kill -9` of the node; its port mapper, which outlives it, is ended so that the next start has the port. @returns pids of what was killed */
  async kill(): Promise<readonly number[]> {
    const killed = await killTree(this.pid());
    await this.processes.find('epmd')?.stop();
    return killed;
  }

  /** Ends it as whoever deploys it does. */
  async stop(): Promise<void> {
    for (const name of ['rabbitmq', 'epmd']) await this.processes.find(name)?.stop();
  }

  /** Stops the node where it is: its connections stay open and nothing answers. @returns pids of what was stopped */
  pause(): Promise<readonly number[]> {
    return pauseTree(this.pid());
  }

  pid(): number {
    return this.processes.find('rabbitmq')?.pid ?? -1;
  }

  /** @returns what runs of the node: the virtual machine is a child of the script that was started */
  beam(): number | undefined {
    return treeOf(this.pid()).find((pid) => commandOf(pid) === 'beam.smp');
  }

  /** Raises the disk alarm, by a limit that no disk meets, or ends it. */
  async alarm(on: boolean): Promise<void> {
    await this.control('set_disk_free_limit', on ? '1000000GB' : '100MB');
  }

  /** @returns whether the node says that it has an alarm */
  async alarmed(): Promise<boolean> {
    const { origin, username, password } = new URL(this.urls.management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const response = await fetch(`${origin}/api/health/checks/local-alarms`, { headers: { authorization } });
    await response.arrayBuffer();
    return response.status === 503;
  }

  async answers(): Promise<boolean> {
    return this.alarmed().then(
      (alarmed) => !alarmed,
      () => false,
    );
  }

  /** Reads its certificate anew, which it would remember for two minutes, and ends every connection. */
  async certifyAnew(): Promise<void> {
    await this.control(
      'eval',
      'ssl:clear_pem_cache(), [rabbit_networking:close_connection(P, "certificate") || P <- rabbit_networking:connections()].',
    );
  }

  /** @returns accounts that have connections, and whether each is by TLS */
  async connections(): Promise<readonly (readonly [account: string, tls: boolean])[]> {
    const lines = (await this.control('list_connections', '--quiet', '--no-table-headers', 'user', 'ssl')).split('\n');
    return lines
      .map((line) => line.split('\t'))
      .filter(([, ssl]) => ssl !== undefined)
      .map(([account = '', ssl]) => [account, ssl === 'true'] as const);
  }

  private async control(...args: readonly string[]): Promise<string> {
    const { epmd } = this.instance.keptPorts();
    const home = this.instance.path('rabbitmq');
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      ERL_EPMD_PORT: String(epmd),
      RABBITMQ_CONF_ENV_FILE: '/none',
    };
    const { stdout } = await run(`${this.sbin}/rabbitmqctl`, ['-n', `delge-${epmd}@localhost`, ...args], { env });
    return stdout;
  }
}

/** `kill -9` of a process and all that it has started. @throws {Error} when there was none, or one is still there */
export async function killTree(root: number): Promise<readonly number[]> {
  const pids = treeOf(root);
  if (pids.length === 0) throw new Error('there is nothing to kill');
  for (const pid of pids) signal(pid, 'SIGKILL');
  for (const until = Date.now() + GONE_MS; pids.some(isThere);) {
    if (Date.now() > until) throw new Error(`still there: ${pids.filter(isThere).join(', ')}`);
    await delay(10);
  }
  return pids;
}

/** Stops a process and all that it has started; nothing of it ends. @throws {Error} when there was none, or one still runs */
async function pauseTree(root: number): Promise<readonly number[]> {
  const until = Date.now() + GONE_MS;
  // The first of them starts no more from then on.
  signal(root, 'SIGSTOP');
  for (;;) {
    const pids = treeOf(root);
    if (pids.length === 0) throw new Error('there is nothing to pause');
    if (pids.every(isPaused)) return pids;
    if (Date.now() > until) throw new Error(`still running: ${pids.filter((pid) => !isPaused(pid)).join(', ')}`);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    await delay(10);
  }
}
export const resume = (pids: readonly number[]): void => pids.forEach((pid) => signal(pid, 'SIGCONT'));

/** A process and all its descendants: not one that has ended, which a stopped parent leaves a zombie, nor what it had started. */
export const treeOf = (root: number): readonly number[] => {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    const { parent } = statusOf(pid) ?? {};
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const below = (pid: number): readonly number[] =>
    isThere(pid) ? [pid, ...(children.get(pid) ?? []).flatMap(below)] : [];
  return below(root);
};

/** A zombie is not there any more. */
export const isThere = (pid: number): boolean => (statusOf(pid)?.state ?? 'Z') !== 'Z';
export const isPaused = (pid: number): boolean => statusOf(pid)?.state === 'T';
export const commandOf = (pid: number): string | undefined => statusOf(pid)?.command;

const statusOf = (
  pid: number,
): { readonly command: string; readonly state: string; readonly parent: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const {
      command = '',
      state = '',
      parent = '',
    } = /^\d+ \((?<command>.*)\) (?<state>\S) (?<parent>\d+)/s.exec(text)?.groups ?? {};
    return { command, state, parent: Number(parent) };
  } catch {
    return undefined;
  }
};

const signal = (pid: number, by: NodeJS.Signals): void => {
  try {
    process.kill(pid, by);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
