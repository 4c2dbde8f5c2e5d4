import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Below the ports that the system lends out for outgoing connections. */
const [FIRST_PORT, PORTS] = [20_000, 12_000];
const TRIES = 200;
/** Held for milliseconds: one that stays was left by a process that was killed. */
const LOCK_MS = 5_000;
const LOOK_MS = 10;

/** Folder of everything that one private installation keeps: data, keys, ports, logs. `.delge/<name>` in the checkout. */
export class Instance {
  private given: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly name: string,
    readonly dir: string,
    /** Of the checkout. */
    readonly root: string,
  ) {}

  static open(name: string, root: string = process.env['DELGE_ROOT'] ?? process.cwd()): Instance {
    const dir = join(root, '.delge', name);
    // Others may pass through, since PostgreSQL runs as another user; what is secret has a mode of its own.
    mkdirSync(dir, { recursive: true, mode: 0o711 });
    for (const folder of ['log', 'secrets']) mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
    return new Instance(name, dir, root);
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  /** A secret of this instance, made when it is first asked for. */
  secret(name: string): string {
    const file = this.path('secrets', name);
    if (!existsSync(file)) {
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 });
      // Another process may have been quicker: then its secret is the one.
      unlessThere(() => linkSync(draft, file));
      rmSync(draft);
    }
    return readFileSync(file, 'utf8');
  }

  /** Ports that were given out before. */
  keptPorts(): Readonly<Record<string, number>> {
    const file = this.path('ports.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>) : {};
  }

  /** Ports by name: those used before where they are still free, else others. One call after the other, of all processes, since each rewrites the file. */
  ports<N extends string>(names: readonly N[]): Promise<Readonly<Record<N, number>>> {
    const given = this.given.then(() => this.alone(() => this.give(names)));
    this.given = given.catch(() => undefined);
    return given;
  }

  private async alone<T>(work: () => Promise<T>): Promise<T> {
    const lock = this.path('ports.lock');
    for (const late = Date.now() + LOCK_MS; !made(lock) && Date.now() < late;) await delay(LOOK_MS);
    try {
      return await work();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }

  private async give<N extends string>(names: readonly N[]): Promise<Readonly<Record<N, number>>> {
    const kept = { ...this.keptPorts() };
    const taken = new Set(Object.values(kept));
    for (const name of names) {
      const before = kept[name];
      if (before !== undefined && (await isFree(before))) continue;
      kept[name] = await freePort(taken);
      taken.add(kept[name]);
    }
    // Whole at any moment: another process may read it.
    const draft = this.path(`ports.json.${process.pid}`);
    writeFileSync(draft, JSON.stringify(kept, undefined, 2));
    renameSync(draft, this.path('ports.json'));
    return kept as Record<N, number>;
  }
}

/** @returns false when the folder is there already */
const made = (folder: string): boolean => unlessThere(() => mkdirSync(folder));
const unlessThere = (make: () => void): boolean => {
  try {
    make();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

const freePort = async (taken: ReadonlySet<number>): Promise<number> => {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = FIRST_PORT + (randomBytes(2).readUInt16BE() % PORTS);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error('no free port was found');
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
