import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, linkSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from './instance.js';

const POLL_MS = 25;
const KEPT = '.pids.json';
const OWNER = 'start';
const KILL_AFTER_MS = 20_000;
/** The owner stops the others in turn. */
const OWNER_MS = 60_000;

export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another user to run as. */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** How it is asked to end. */
  readonly stop?: NodeJS.Signals;
}

/** A process that was started here, in a group of its own, so that a terminal's Ctrl-C does not reach it past us. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended, with what it ended with. */
  readonly ended: Promise<string>;
  alive(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end and waits; kills it when it does not. */
  stop(): Promise<void>;
}

interface Kept {
  readonly name: string;
  readonly pid: number;
  /** Start time as the kernel counts it: a pid alone may have become another process. */
  readonly since: string;
  readonly stop: NodeJS.Signals;
}

/** Processes of one instance: their pids are kept in a file, so that another command can stop them. */
export class Processes {
  private readonly running = new Map<string, Running>();
  private readonly kept: Kept[] = [];
  private stopping = false;

  /** @param label tells apart several commands that run processes of one instance at the same time */
  constructor(
    private readonly instance: Instance,
    private readonly label: string = 'run',
  ) {}

  /**
   * Makes this process the one that runs this instance: who stops its processes asks this one first.
   * @returns pid of another that does so already
   */
  own(): number | undefined {
    const [file, draft] = [this.instance.path(OWNER + KEPT), this.instance.path(`${OWNER}.${process.pid}`)];
    const self: Kept = { name: OWNER, pid: process.pid, since: startedAt(process.pid) ?? '', stop: 'SIGTERM' };
    writeFileSync(draft, JSON.stringify([self]), { mode: 0o600 });
    try {
      const owner = ownerOf(this.instance);
      if (owner !== undefined) return owner;
      rmSync(file, { force: true });
      // A link fails where the other was quicker.
      linkSync(draft, file);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return ownerOf(this.instance);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** @throws {Error} once everything is being stopped: what started then would be left behind */
  start(launch: Launch): Running {
    if (this.stopping) throw new Error(`${launch.name} is not started: everything is being stopped`);
    const { name, command, args, env, cwd, as, stop = 'SIGTERM' } = launch;
    const log = openSync(this.instance.path('log', `${name}.log`), 'a', 0o600);
    const child = spawn(command, [...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...baseEnvironment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
      ...as,
    });
    closeSync(log);
    const running = runningOf(name, child, stop);
    this.running.set(name, running);
    if (child.pid !== undefined) this.keep({ name, pid: child.pid, since: startedAt(child.pid) ?? '', stop });
    return running;
  }

  find(name: string): Running | undefined {
    return this.running.get(name);
  }

  /** Stops these, in the order given; those that are not running are passed by. */
  async stop(names: readonly string[]): Promise<void> {
    for (const name of names) await this.running.get(name)?.stop();
  }

  /** Stops everything, last started first, and starts nothing more. */
  async stopAll(): Promise<void> {
    this.stopping = true;
    for (const running of [...this.running.values()].reverse()) await running.stop();
    rmSync(this.file(), { force: true });
    if (ownerOf(this.instance) === process.pid) rmSync(this.instance.path(OWNER + KEPT), { force: true });
  }

  /** Name of the first process that ends by itself. */
  firstEnded(): Promise<string> {
    return Promise.race([...this.running.values()].map(async ({ name, ended }) => `${name} (${await ended})`));
  }

  private keep(one: Kept): void {
    this.kept.push(one);
    writeFileSync(this.file(), JSON.stringify(this.kept), { mode: 0o600 });
  }
  private file(): string {
    return this.instance.path(`${this.label}${KEPT}`);
  }
}

/** Stops what an earlier command left running. @returns names of what was still there */
export async function stopLeftover(instance: Instance): Promise<readonly string[]> {
  const stopped: string[] = [];
  const owners = keptOf(instance).filter(({ name }) => name === OWNER);
  const others = keptOf(instance).filter(({ name }) => name !== OWNER);
  for (const { name, pid, since, stop } of [...owners, ...others.toReversed()]) {
    if (startedAt(pid) !== since || pid === process.pid) continue;
    stopped.push(name);
    signal(pid, stop);
    const deadline = Date.now() + (name === OWNER ? OWNER_MS : KILL_AFTER_MS);
    while (startedAt(pid) === since && Date.now() < deadline) await delay(POLL_MS);
    if (startedAt(pid) === since) signal(pid, 'SIGKILL');
  }
  const own = ownerOf(instance) === process.pid ? instance.path(OWNER + KEPT) : undefined;
  for (const file of filesOf(instance)) if (file !== own) rmSync(file, { force: true });
  return stopped;
}

/** Pid of the command that runs this instance now. */
const ownerOf = (instance: Instance): number | undefined =>
  keptOf(instance).find(({ name, pid, since }) => name === OWNER && startedAt(pid) === since)?.pid;

/** Whether processes of this instance run now, this one aside. */
export const isRunning = (instance: Instance): boolean =>
  keptOf(instance).some(({ pid, since }) => pid !== process.pid && startedAt(pid) === since);

const filesOf = (instance: Instance): readonly string[] =>
  readdirSync(instance.dir)
    .filter((name) => name.endsWith(KEPT))
    .map((name) => instance.path(name));
const keptOf = (instance: Instance): readonly Kept[] =>
  filesOf(instance).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as readonly Kept[]);

const runningOf = (name: string, child: ChildProcess, stop: NodeJS.Signals): Running => {
  const state = { alive: true };
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      state.alive = false;
      resolve(error.message);
    });
    child.once('exit', (code, by) => {
      state.alive = false;
      resolve(by ?? `code ${code}`);
    });
  });
  const kill = (by: NodeJS.Signals): void => {
    if (state.alive && child.pid !== undefined) signal(child.pid, by);
  };
  return {
    name,
    pid: child.pid ?? -1,
    ended,
    alive: () => state.alive,
    kill,
    stop: async () => {
      kill(stop);
      const timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    },
  };
};

const signal = (pid: number, by: NodeJS.Signals): void => {
  try {
    process.kill(pid, by);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Start time of a process in clock ticks since boot, from /proc; where there is none, that it exists. Undefined: it has ended. */
const startedAt = (pid: number): string | undefined => {
  try {
    if (existsSync('/proc/self/stat')) {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    process.kill(pid, 0);
    return '';
  } catch {
    return undefined;
  }
};

/** What a process needs of ours, and nothing more: no variable of ours configures a service by accident. */
const baseEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'HOME', 'NODE_COMPILE_CACHE']
      .map((name) => [name, process.env[name]] as const)
      .filter((pair): pair is readonly [string, string] => pair[1] !== undefined),
  );

/** Asks until it is so. @throws {Error} when it is not after `ms`, or when what it waits for has ended */
export async function until(what: string, ms: number, ask: () => Promise<boolean>, running?: Running): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await ask())) {
    if (running?.alive() === false) throw new Error(`${what}: the process ended with ${await running.ended}`);
    if (Date.now() > deadline) throw new Error(`${what}: not after ${ms / 1000} s`);
    await delay(POLL_MS);
  }
}
