import { readFileSync, readdirSync } from 'node:fs';
import type { Client } from 'pg';

/** Ticks of /proc a second: a constant of Linux's interface. */
const TICKS = 100;

/** Seconds of processor time since `begin`, of this process and of the PostgreSQL that it works with. */
export class ProcessorTime {
  private constructor(
    private readonly own: NodeJS.CpuUsage,
    private readonly postmaster: number | undefined,
    private readonly before: number,
  ) {}

  static async begin(db: Pick<Client, 'query'>): Promise<ProcessorTime> {
    const { rows } = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const postmaster = parentOf(rows[0]?.pid);
    return new ProcessorTime(process.cpuUsage(), postmaster, serverSeconds(postmaster));
  }

  get seconds(): { readonly own: number; readonly server: number } {
    const { user, system } = process.cpuUsage(this.own);
    return { own: (user + system) / 1_000_000, server: serverSeconds(this.postmaster) - this.before };
  }
}

/** Fields of /proc/<pid>/stat behind the command's name, from the third on; undefined when it is not there, as where the server is on another machine. */
const statOf = (pid: number | string): readonly string[] | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
};
const parentOf = (pid: number | undefined): number | undefined => {
  const parent = pid === undefined ? undefined : statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
};

/** Of the server, its processes, and those of them that have ended. NaN when they cannot be seen. */
const serverSeconds = (postmaster: number | undefined): number =>
  postmaster === undefined ? Number.NaN : treeSeconds(postmaster);

/** Processor time of a process and all below it, those that have ended included, in seconds. NaN when it cannot be seen. */
export function treeSeconds(pid: number): number {
  const of = statOf(pid);
  if (of === undefined) return Number.NaN;
  const sum = (stat: readonly string[] | undefined, fields: readonly number[]): number =>
    fields.reduce((total, field) => total + Number(stat?.[field] ?? 0), 0);
  // utime, stime; and cutime, cstime: of children that have ended.
  return treeOf(pid).reduce((total, one) => total + sum(statOf(one), [11, 12, 13, 14]), 0) / TICKS;
}

/** A process and all below it. */
export function treeOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^[0-9]+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}
