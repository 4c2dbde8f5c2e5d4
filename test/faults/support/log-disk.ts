import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { Instance } from '../../../tools/machine/instance.js';
import { keepUndo, undo } from '../../../tools/machine/undo.js';
import { eventually } from '../../support/stack.js';
import type { Fault } from '../fault.js';

const SIZE = '64m';
const PAGE_BYTES = 4096;
const SOON_MS = 30_000;
const run = promisify(execFile);

/** A disk of its own for what services write of themselves. */
export class LogDisk {
  private constructor(
    private readonly dir: string,
    private readonly logs: readonly string[],
  ) {}

  /** Before the services start: each keeps the file that it was given. @param name of the spec; its folder is `.delge/test-<name>` @param logs paths of what they write */
  static async under(name: string, logs: readonly string[]): Promise<LogDisk> {
    const instance = Instance.open(`test-${name}`, process.env['DELGE_ROOT'] ?? process.cwd());
    undo(instance);
    const dir = instance.path('logs');
    mkdirSync(dir, { recursive: true });
    keepUndo(instance, [['umount', dir]]);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'none', dir]);
    for (const log of logs) {
      rmSync(log, { force: true });
      symlinkSync(join(dir, basename(log)), log);
    }
    return new LogDisk(dir, logs);
  }

  /**
   * Afterwards each of those that tell says how much it lost.
   * @param telling the logs of services that have something to say while it lasts and after it
   */
  full(telling: readonly string[]): Fault {
    const [ballast, more] = [join(this.dir, 'ballast'), join(this.dir, 'more')];
    let lost: readonly number[] = [];
    return {
      name: 'no room for logs',
      inject: async () => {
        lost = telling.map(linesLost);
        await fill(ballast);
      },
      verify: () => {
        try {
          writeFileSync(more, Buffer.alloc(PAGE_BYTES));
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          return code === 'ENOSPC' ? Promise.resolve() : Promise.reject(new Error(`writing gives ${code}`));
        }
        return Promise.reject(new Error('there is room'));
      },
      heal: () => {
        for (const file of [ballast, more]) rmSync(file, { force: true });
        return Promise.resolve();
      },
      verifyHealed: async () => {
        await eventually('each has said what it lost', SOON_MS, async () =>
          telling.every((log, nth) => linesLost(log) > (lost[nth] ?? 0)) ? true : undefined,
        );
      },
    };
  }

  /** The services have ended. */
  async end(): Promise<void> {
    await run('umount', [this.dir]);
    for (const path of [...this.logs, this.dir]) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Writes until nothing more goes in: others write to the same disk meanwhile, and what is free when one asks is not afterwards. In a process of
 * its own: who submits and who calls meanwhile stands still for it no more than the services do.
 */
const fill = async (file: string): Promise<void> => {
  // It ends with an error, since there is no more room: `verify` sees whether that is so.
  await run('dd', ['if=/dev/zero', `of=${file}`, `bs=${PAGE_BYTES}`]).catch(() => undefined);
};

/** How many lines a service has said that it could not write, since it began. */
export const linesLost = (log: string): number =>
  [...readFileSync(log, 'utf8').matchAll(/^.*"log\.lines-lost".*$/gm)]
    .map(([line]) => (JSON.parse(line) as { readonly count: number }).count)
    .reduce((sum, count) => sum + count, 0);
