import { readFileSync } from 'node:fs';
import type { Processes } from '../../tools/machine/processes.js';
import { treeOf, treeSeconds } from '../processor-time.js';

/** Processor seconds by process. */
export type Seconds = Readonly<Record<string, number>>;

/** What the stack's processes use, each with all below it. */
export class Cost {
  private readonly pids: readonly (readonly [string, number])[];

  constructor(processes: Processes, names: readonly string[]) {
    this.pids = names.flatMap((name) => {
      const running = processes.find(name);
      return running === undefined ? [] : [[name, running.pid] as const];
    });
  }

  seconds(): Seconds {
    return Object.fromEntries(this.pids.map(([name, pid]) => [name, treeSeconds(pid)]));
  }

  /** Most memory that each has held, in octets: of the largest process; of PostgreSQL, what its processes hold now, shared pages once. */
  memory(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.pids.map(([name, pid]) => {
        const tree = treeOf(pid);
        const octets =
          name === 'postgres'
            ? tree.reduce((sum, one) => sum + kilobytes(one, 'smaps_rollup', 'Pss'), 0)
            : Math.max(...tree.map((one) => kilobytes(one, 'status', 'VmHWM')));
        return [name, octets * 1024];
      }),
    );
  }
}

export const since = (before: Seconds, after: Seconds): Seconds =>
  Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
export const sum = (seconds: Seconds, names: readonly string[] = Object.keys(seconds)): number =>
  names.reduce((total, name) => total + (seconds[name] ?? 0), 0);

const kilobytes = (pid: number, file: string, field: string): number => {
  try {
    const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
};
