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
function serverSeconds(postmaster: number | undefined): number {
  const server = postmaster === undefined ? undefined : statOf(postmaster);
  if (server === undefined) return Number.NaN;
  const children = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((pid) => statOf(pid))
    .filter((stat) => stat?.[1] === String(postmaster));
  const sum = (stat: readonly string[] | undefined, fields: readonly number[]): number =>
    fields.reduce((total, field) => total + Number(stat?.[field] ?? 0), 0);
  // utime, stime; and cutime, cstime of the server itself.
  return (sum(server, [11, 12, 13, 14]) + children.reduce((total, stat) => total + sum(stat, [11, 12]), 0)) / TICKS;
}
