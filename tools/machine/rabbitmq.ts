import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instance.js';
import { MAX_BODY } from '#contracts';
import { installPackages } from './packages.js';
import { until } from './processes.js';
import type { Processes } from './processes.js';

const ADMIN = 'delge-admin';
const READY_MS = 90_000;
/** What is held waits out an outage of days; the broker's own 30 minutes would hand it back and count it against the delivery limit. */
const CONSUMER_TIMEOUT_MS = 14 * 24 * 60 * 60 * 1000;
/** After how long what could not be put into `quarantine` is tried again. The broker's own three minutes are long for people who wait to be told. */
const DEAD_LETTERS_AGAIN_MS = 30_000;
const WAL_BYTES = 64 * 1024 * 1024;

/** The broker's own scripts: the wrapper on Debian's path insists on a user of its own. */
const scripts = (): string | undefined => {
  const debian = '/usr/lib/rabbitmq/lib';
  const own = existsSync(debian) ? readdirSync(debian).map((name) => join(debian, name, 'sbin')) : [];
  const onPath = (process.env['PATH'] ?? '')
    .split(':')
    .filter((dir) => dir !== '' && dir !== '/usr/sbin' && dir !== '/sbin');
  const homebrew = ['/opt/homebrew/opt/rabbitmq/sbin', '/usr/local/opt/rabbitmq/sbin'];
  return [...own, ...homebrew, ...onPath].find((dir) => existsSync(join(dir, 'rabbitmq-server')));
};

/** @returns folder of the broker's scripts, installed now where that is ours to do */
export async function findRabbitmq(): Promise<string> {
  const found = scripts();
  if (found !== undefined) return found;
  await installPackages(['rabbitmq-server']);
  const installed = scripts();
  if (installed === undefined) {
    throw new Error(
      'RabbitMQ 3.10 or later is needed: install it, or set AMQP_URL and AMQP_MANAGEMENT_URL to those of a broker that runs',
    );
  }
  return installed;
}

export interface BrokerUrls {
  /** Administrator's, without virtual host: `amqp://user:password@host:port`. */
  readonly amqp: string;
  /** Management API: `http://user:password@host:port`. */
  readonly management: string;
}

/**
 * Starts a private node on loopback, with a port mapper of its own that ends with it.
 * @param more settings of `rabbitmq.conf`, beside the usual ones
 */
export async function startRabbitmq(
  instance: Instance,
  processes: Processes,
  sbin: string,
  more: Readonly<Record<string, string | number>> = {},
): Promise<BrokerUrls> {
  const ports = await instance.ports(['amqp', 'management', 'distribution', 'epmd']);
  const home = instance.path('rabbitmq');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const password = instance.secret('rabbitmq-admin');
  const settings = {
    'listeners.tcp.1': `127.0.0.1:${ports.amqp}`,
    'management.tcp.ip': '127.0.0.1',
    'management.tcp.port': ports.management,
    'management_agent.disable_metrics_collector': true,
    default_user: ADMIN,
    default_pass: password,
    max_message_size: MAX_BODY,
    consumer_timeout: CONSUMER_TIMEOUT_MS,
    'raft.wal_max_size_bytes': WAL_BYTES,
    'disk_free_limit.absolute': '100MB',
    'log.file.level': 'warning',
    ...more,
  };
  const text = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(home, 'rabbitmq.conf'), text.join(''), { mode: 0o600 });
  writeFileSync(join(home, 'enabled_plugins'), '[rabbitmq_management].\n');
  const erlang = { HOME: home, ERL_EPMD_PORT: String(ports.epmd), ERL_EPMD_ADDRESS: '127.0.0.1' };
  processes.start({
    name: 'epmd',
    command: portMapper(),
    args: ['-port', String(ports.epmd), '-address', '127.0.0.1'],
    env: erlang,
  });
  const running = processes.start({
    name: 'rabbitmq',
    command: join(sbin, 'rabbitmq-server'),
    args: [],
    cwd: home,
    env: {
      ...erlang,
      RABBITMQ_NODENAME: `delge-${ports.epmd}@localhost`,
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(home, 'data'),
      RABBITMQ_LOG_BASE: join(home, 'log'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(home, 'generated'),
      RABBITMQ_PID_FILE: join(home, 'pid'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {127,0,0,1} -rabbit dead_letter_worker_publisher_confirm_timeout ${DEAD_LETTERS_AGAIN_MS}`,
    },
  });
  const management = `http://${ADMIN}:${password}@127.0.0.1:${ports.management}`;
  await until('RabbitMQ', READY_MS, () => answers(management), running);
  return { amqp: `amqp://${ADMIN}:${password}@127.0.0.1:${ports.amqp}`, management };
}

/** Erlang's port mapper; started by us, so that it ends with us instead of staying behind as a daemon. */
const portMapper = (): string => {
  const erlang = '/usr/lib/erlang';
  const runtimes = existsSync(erlang) ? readdirSync(erlang).filter((name) => name.startsWith('erts-')) : [];
  const candidates = ['/usr/bin/epmd', ...runtimes.map((name) => join(erlang, name, 'bin/epmd'))];
  return candidates.find((file) => existsSync(file)) ?? 'epmd';
};

const answers = async (management: string): Promise<boolean> => {
  const url = new URL(management);
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
  try {
    const response = await fetch(`${url.origin}/api/health/checks/local-alarms`, { headers: { authorization } });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
