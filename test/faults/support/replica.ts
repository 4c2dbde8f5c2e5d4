import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { asAdmin } from '../../../tools/deploy/databases.js';
import { until } from '../../../tools/machine/processes.js';
import type { Target } from './proxy.js';
import type { OwnServers } from './servers.js';

const READY_MS = 120_000;
const run = promisify(execFile);

/** A streaming replica of a PostgreSQL, beside its data, that can take over. */
export class Replica {
  private constructor(
    readonly name: string,
    /** Administrator's, without database. */
    readonly url: string,
    readonly address: Target,
    private readonly primary: string,
  ) {}

  /**
   * Copies the primary and follows it.
   * @param primary URL of the primary's administrator
   * @param through where the replica reaches the primary: a proxy before it
   */
  static async of(own: OwnServers, name: string, primary: string, through: Target): Promise<Replica> {
    const data = await dataOf(primary);
    const { uid, gid } = statSync(data);
    const copy = join(dirname(data), name);
    const source = new URL(primary);
    source.hostname = through.host;
    source.port = String(through.port);
    source.searchParams.set('application_name', name);
    const as = { uid, gid, cwd: dirname(data) };
    const bin = own.postgres.bin;
    await run(
      join(bin, 'pg_basebackup'),
      ['-d', source.toString(), '-D', copy, '-R', '-X', 'stream', '-c', 'fast'],
      as,
    );
    const ports = await own.instance.ports([name]);
    const port = ports[name] ?? 0;
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      max_connections: '300',
      log_min_messages: 'warning',
    };
    const running = own.processes.start({
      name,
      command: join(bin, 'postgres'),
      args: ['-D', copy, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      cwd: dirname(data),
      stop: 'SIGINT',
      as: { uid, gid },
    });
    const url = new URL(primary);
    url.port = String(port);
    const replica = new Replica(name, url.toString().replace(/\/$/, ''), { host: '127.0.0.1', port }, primary);
    await until(
      `replica ${name}`,
      READY_MS,
      () =>
        replica.state().then(
          (state) => state === 'standby',
          () => false,
        ),
      running,
    );
    return replica;
  }

  /** The primary answers no commit that the replica has not on its disk. */
  async synchronous(): Promise<void> {
    await asAdmin(this.primary, 'postgres', async (db) => {
      await db.query(`ALTER SYSTEM SET synchronous_standby_names = '${this.name}'`);
      await db.query(`SELECT pg_reload_conf()`);
    });
    await until('a synchronous replica', READY_MS, async () => (await this.sync()) === 'sync');
  }

  /** @returns how the primary replicates to it: `sync`, `async`; undefined when it does not */
  async sync(): Promise<string | undefined> {
    return asAdmin(this.primary, 'postgres', async (db) => {
      const text = `SELECT sync_state FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'`;
      const { rows } = await db.query<{ sync_state: string }>(text, [this.name]);
      return rows[0]?.sync_state;
    });
  }

  /** Makes it the primary. */
  async promote(): Promise<void> {
    await asAdmin(this.url, 'postgres', (db) => db.query(`SELECT pg_promote(true, 60)`));
    if ((await this.state()) !== 'primary') throw new Error('it is still a standby');
  }

  private async state(): Promise<'standby' | 'primary'> {
    return asAdmin(this.url, 'postgres', async (db) => {
      const { rows } = await db.query<{ standby: boolean }>(`SELECT pg_is_in_recovery() AS standby`);
      return rows[0]?.standby === true ? 'standby' : 'primary';
    });
  }
}

const dataOf = (url: string): Promise<string> =>
  asAdmin(url, 'postgres', async (db) => {
    const { rows } = await db.query<{ dir: string }>(`SELECT current_setting('data_directory') AS dir`);
    return rows[0]?.dir ?? '';
  });
