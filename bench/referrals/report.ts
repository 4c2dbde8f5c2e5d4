import { availableParallelism, loadavg } from 'node:os';
import { perSecond, tableOf, type Measure } from '../table.js';
import { sum } from './cost.js';
import type { Seconds } from './cost.js';
import { OPERATIONS } from './limit.js';
import { rateBack } from './rates.js';
import type { Held, Spread } from './rates.js';
import { bodiesOf } from './sizes.js';
import type { Sizes, Stored } from './sizes.js';

/** design.md section 12. */
const RATE = { bar: 100, goal: 300 };
const RATIO = { bar: 0.3, goal: 0.6 };
const ACCEPTED_MS = { bar: 250, goal: 50 };
const DELIVERED_MS = { bar: 1_000, goal: 400 };
/** Seconds go by between the last referral of a round and its receipt: so much of the rate may be missing. */
const ROUNDING = 0.99;

export interface Result {
  /** Referrals a second that were sent, and examples that they were made of. */
  readonly sustained: number;
  readonly examples: number;
  readonly held: readonly Held[];
  readonly half: Held;
  readonly stages: Readonly<Record<string, Spread>>;
  readonly limits: readonly {
    readonly name: string;
    readonly referrals: number;
    readonly wall: number;
    readonly cpu: number;
  }[];
  readonly idle: Seconds;
  readonly memory: Readonly<Record<string, number>>;
  readonly sizes: Sizes;
  /** Before and after what was held. */
  readonly stored: readonly [Stored, Stored];
  readonly primitives: Readonly<Record<string, number>>;
  /** What profiles say, when there are any. */
  readonly profile: (referrals: number) => Promise<string>;
}

/** @returns a table and one line of JSON, and whether every bar was reached */
export async function report(result: Result): Promise<{ readonly text: string; readonly reached: boolean }> {
  const { sustained, held, half, stages, limits, idle, memory, sizes, stored, primitives } = result;
  const sent = held.flatMap((one) => one.sent);
  const back = sent.filter(({ receipted }) => receipted !== undefined).length;
  const cpu = held.reduce<Seconds>((total, { seconds }) => added(total, seconds), {});
  const perCpuSecond = back / sum(cpu);
  const rate = rateBack(held);
  const lost = [...held, half].reduce((total, one) => total + one.lost, 0);
  const refused = [...sent, ...half.sent].flatMap((one) => one.refused ?? []);
  const perLimit = limits.map((one) => one.referrals / one.cpu);
  const [ratio = 0, ratioNode = 0] = perLimit.map((one) => perCpuSecond / one);
  const [before, after] = stored;
  const bodies = bodiesOf(sizes);
  const bytes = {
    database: (after.database - before.database) / back,
    wal: (after.wal - before.wal) / back,
    bodies,
    wire: Object.values(bodies).reduce((total, one) => total + one, 0),
  };
  const halfRate = perSecond(sustained / 2);
  const within = (stage: string, bar: { readonly bar: number; readonly goal: number }, what: string): Measure => {
    const p99 = stages[stage]?.p99 ?? Number.POSITIVE_INFINITY;
    return judged(`${what} at ${halfRate}, p99`, ms(p99), ms(bar.bar), ms(bar.goal), p99 <= bar.bar);
  };
  const each = (seconds: Seconds, count: number): Seconds =>
    Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, (value * 1000) / count]));
  const [cpuMs, cpuMsAtHalf] = [each(cpu, back), each(half.seconds, half.sent.length)];
  const measures: readonly Measure[] = [
    judged(
      'referrals end to end, sustained',
      `${rate.toFixed(1)}/s`,
      `${RATE.bar}/s`,
      `${RATE.goal}/s`,
      rate >= RATE.bar * ROUNDING,
    ),
    told('  per second of processor time, all services and both servers', `${perCpuSecond.toFixed(1)}/s`),
    ...limits.flatMap(({ name, referrals, wall }, at) => [
      told(`  limit by ${name}, the same`, `${(perLimit[at] ?? 0).toFixed(0)}/s`),
      told(`  limit by ${name}, on the clock`, `${(referrals / wall).toFixed(0)}/s`),
    ]),
    judged('ratio to the limit by jose', ratio.toFixed(3), `${RATIO.bar}`, `${RATIO.goal}`, ratio >= RATIO.bar),
    told('ratio to the limit by node:crypto', ratioNode.toFixed(3)),
    within('accept', ACCEPTED_MS, '202'),
    within('deliver', DELIVERED_MS, 'delivered'),
    judged('accepted and not come back', `${lost}`, '0', '0', lost === 0),
    told('not accepted', refused.length === 0 ? '0' : `${refused.length}: ${[...new Set(refused)].join(', ')}`),
    ...Object.entries(stages).map(([stage, { p50, p95, p99 }]) =>
      told(`  ${stage} at ${halfRate}: p50, p95, p99`, [p50, p95, p99].map(ms).join(', ')),
    ),
    ...Object.entries(cpu).map(([name, seconds]) =>
      told(
        `  ${name}: processor time a referral, most memory`,
        `${((seconds * 1000) / back).toFixed(2)} ms, ${Math.round((memory[name] ?? 0) / 1024 ** 2)} MiB`,
      ),
    ),
    told(
      `processor time of all of them a referral, at ${perSecond(sustained)} and at ${halfRate}`,
      `${sum(cpuMs).toFixed(1)} ms, ${sum(cpuMsAtHalf).toFixed(1)} ms`,
    ),
    told(
      'octets a referral: databases, write-ahead log, bodies on the wire',
      [bytes.database, bytes.wal, bytes.wire].map(kilo).join(', '),
    ),
  ];
  const reached = measures.every((measure) => measure.reached !== false);
  const json = {
    bench: 'referrals',
    ...{
      rate,
      perCpuSecond,
      ratio,
      ratioNode,
      limits,
      stages,
      cpuMs,
      cpuMsAtHalf,
      idle,
      memory,
      bytes,
      primitives,
      sizes,
    },
    ...{ lost, refused: refused.length, load: loadavg()[0], reached },
  };
  const list = (of: Readonly<Record<string, number>>, as: (value: number) => string): string =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${as(value)}`)
      .join(', ');
  const text = [
    `${back} referrals at ${perSecond(sustained)}, a mix of ${result.examples} examples; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}`,
    `the limit, a referral: ${list(OPERATIONS, String)} (bench/limit.md)`,
    `per second of processor time of this process: ${list(primitives, perSecond)}`,
    `idle, of a core: ${list(idle, (share) => `${(share * 100).toFixed(1)} %`)}`,
    '',
    tableOf(measures),
    await result.profile(back),
    `${JSON.stringify(json)}\n`,
  ];
  return { text: text.join('\n'), reached };
}

const added = (one: Seconds, other: Seconds): Seconds =>
  Object.fromEntries(Object.entries(other).map(([name, value]) => [name, value + (one[name] ?? 0)]));
const told = (measure: string, seen: string): Measure => ({ measure, seen, bar: '', goal: '' });
const judged = (measure: string, seen: string, bar: string, goal: string, reached: boolean): Measure => ({
  measure,
  seen,
  bar,
  goal,
  reached,
});
const ms = (value = Number.NaN): string => `${value.toFixed(0)} ms`;
const kilo = (octets: number): string => `${(octets / 1000).toFixed(1)} kB`;
