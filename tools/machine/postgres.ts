import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  appendFileSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import type { Instance } from './instance.js';
import { installPackages } from './packages.js';
import { until } from './processes.js';
import type { Processes } from './processes.js';

const ADMIN = 'delge_admin';
/** As long as a recovery of all the log that a server keeps takes on a machine with other work. */
const READY_MS = 180_000;

/** Folders in which distributions keep the server's binaries, newest release first. */
const places = (): readonly string[] => {
  const onPath = (process.env['PATH'] ?? '').split(':').filter((dir) => dir !== '');
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(debian, version, 'bin')), ...onPath, '/opt/homebrew/bin', '/usr/local/bin'];
};

const binaries = (): string | undefined =>
  places().find((dir) => ['postgres', 'initdb'].every((name) => existsSync(join(dir, name))));

/** @returns folder of the server's binaries, installed now where that is ours to do */
export async function findPostgres(): Promise<string> {
  const found = binaries();
  if (found !== undefined) return found;
  await installPackages(['postgresql']);
  const installed = binaries();
  if (installed === undefined) {
    throw new Error(
      'PostgreSQL 15 or later is needed: install it, or set DATABASE_URL to an administrator of a server that runs',
    );
  }
  return installed;
}

/**
 * Starts a private server on loopback, durable settings as they are by default.
 * @param bin folder of its binaries
 * @returns URL of its administrator, without database
 */
export async function startPostgres(instance: Instance, processes: Processes, bin: string): Promise<string> {
  const { postgres: port } = await instance.ports(['postgres']);
  const as = serverUser();
  const data = dataFolder(instance, as);
  const password = instance.secret('postgres-admin');
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(bin, data, password, as);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '300',
    // The machine has little memory to itself; what is durable stays as it is.
    shared_buffers: '128MB',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
  };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const launch = {
    name: 'postgres',
    command: join(bin, 'postgres'),
    args,
    cwd: dirname(data),
    stop: 'SIGINT' as const,
  };
  const running = processes.start({ ...launch, ...(as === undefined ? {} : { as }) });
  const url = `postgresql://${ADMIN}:${password}@127.0.0.1:${port}`;
  await until('PostgreSQL', READY_MS, () => answers(`${url}/postgres`), running);
  return url;
}

/** Removes a data folder that lies outside the instance's own. */
export const removePostgresData = (instance: Instance): void => {
  rmSync(outside(instance), { recursive: true, force: true });
};

interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
const serverUser = (): ServerUser | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error('PostgreSQL must not run as root, and there is no other user for it');
  return { uid: Number(uid), gid: Number(gid) };
};

/** A checkout below a closed folder, such as root's own, cannot be reached by another user: then the data lies elsewhere. */
const dataFolder = (instance: Instance, as: ServerUser | undefined): string => {
  const inside = instance.path('postgres');
  const data = join(as === undefined || reaches(instance.dir, as) ? inside : outside(instance), 'data');
  if (!existsSync(dirname(data))) {
    mkdirSync(dirname(data), { mode: 0o700 });
    if (as !== undefined) chownSync(dirname(data), as.uid, as.gid);
  }
  return data;
};

/** Of this instance alone: one that was removed by hand leaves its data behind, and another made in its place cannot open them. */
export const outside = (instance: Pick<Instance, 'dir' | 'secret'>): string => {
  const hash = createHash('sha256').update(`${instance.dir}\n${instance.secret('postgres-admin')}`);
  return join(tmpdir(), `delge-${hash.digest('hex').slice(0, 16)}`);
};

const reaches = (dir: string, as: ServerUser): boolean => {
  accessSync(dir, constants.X_OK);
  return spawnSync('/usr/bin/test', ['-x', dir], as).status === 0;
};

/**
 * After a checkpoint each page is written whole when it changes first: seldom, then, but no more is kept than is played again in a few seconds after a crash. Statements are short:
 * compiling one takes longer than running it. What docs/operator.md recommends to an operator; in the file, where ALTER SYSTEM goes before it.
 */
const SETTINGS = `
checkpoint_timeout = '15min'
max_wal_size = '1GB'
jit = 'off'
`;

const initialise = (bin: string, data: string, password: string, as: ServerUser | undefined): void => {
  const passwordFile = join(dirname(data), 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (as !== undefined) chownSync(passwordFile, as.uid, as.gid);
  const args = [
    '-D',
    data,
    '-U',
    ADMIN,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-k',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  ];
  try {
    execFileSync(join(bin, 'initdb'), args, { stdio: 'pipe', cwd: dirname(data), ...as });
    appendFileSync(join(data, 'postgresql.conf'), SETTINGS);
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

const answers = async (connectionString: string): Promise<boolean> => {
  const client = new Client({ connectionString, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};
