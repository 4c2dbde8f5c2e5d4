import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerConfig } from '../apps/ledger/src/ledger.config.js';
import { deployDatabases, dropDatabases } from '../tools/deploy/databases.js';
import { numberAfter, quantile } from './arguments.js';
import { bareLoop } from './ledger/bare-loop.js';
import { ANNEX_BYTES, BenchLog, ENTRY_BYTES, type SeenCheckpoint } from './ledger/log.js';
import { withServers } from './servers.js';
import { milliseconds, perSecond, tableOf, type Measure } from './table.js';

/** design.md section 12. */
const LEAVES = { bar: 5_000, goal: 20_000 };
const PREFIX = 'delge_bench_ledger';
const LATENCY_SECONDS = 10;
const TICK_MS = 10;

/**
 * `npm run bench -- ledger [--leaves NUMBER]`: leaves sequenced and signed per second, how long an entry waits for its checkpoint, and the
 * limit in the same run. @returns whether every bar was reached
 */
export const benchLedger = (args: readonly string[]): Promise<boolean> =>
  withServers(async ({ postgres }, instance) => {
    const leaves = numberAfter(args, '--leaves') ?? 100_000;
    await dropDatabases(postgres, PREFIX);
    const databases = await deployDatabases(instance, postgres, PREFIX, []);
    const log = await BenchLog.open(databases);
    try {
      const admin = new URL(postgres);
      admin.pathname = `/${PREFIX}_operator`;
      const limitBefore = await bareLoop(admin.toString(), Math.ceil(leaves / 2), new LedgerConfig().BATCH, 'before');
      await log.fill(leaves);
      const cpu = process.cpuUsage();
      const begun = performance.now();
      await log.run(databases);
      await log.covered(BigInt(leaves));
      const seconds = (performance.now() - begun) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const sustained = leaves / seconds;
      const limitAfter = await bareLoop(admin.toString(), Math.ceil(leaves / 2), new LedgerConfig().BATCH, 'after');
      const limit = (limitBefore + limitAfter) / 2;

      const waits = await latency(log, sustained / 2);
      const measures: readonly Measure[] = [
        {
          measure: 'leaves sequenced and signed',
          seen: perSecond(sustained),
          bar: perSecond(LEAVES.bar),
          goal: perSecond(LEAVES.goal),
          reached: sustained >= LEAVES.bar,
        },
        { measure: '  bare loop with the same operations', seen: perSecond(limit), bar: '', goal: '' },
        { measure: '  ratio to the bare loop', seen: (sustained / limit).toFixed(2), bar: '', goal: '' },
        {
          measure: '  per second of the two services’ processor time',
          seen: perSecond(leaves / ((user + system) / 1_000_000)),
          bar: '',
          goal: '',
        },
        {
          measure: `entry to signed checkpoint at ${perSecond(waits.rate)}, p50`,
          seen: milliseconds(waits.p50),
          bar: '',
          goal: '',
        },
        {
          measure: `entry to signed checkpoint at ${perSecond(waits.rate)}, p99`,
          seen: milliseconds(waits.p99),
          bar: '',
          goal: '',
        },
      ];
      process.stdout.write(
        [
          `${leaves.toLocaleString('en-US')} entries of ${ENTRY_BYTES} + 32 + ${ANNEX_BYTES} octets; ${availableParallelism()} cores, Node ${process.versions.node}`,
          '',
          tableOf(measures),
        ].join('\n'),
      );
      return measures.every(({ reached }) => reached !== false);
    } finally {
      await log.close();
      await dropDatabases(postgres, PREFIX);
    }
  });

/** Open loop: entries come at their times whether the log keeps up or not. From the commit of an entry to the checkpoint that covers it. */
async function latency(
  log: BenchLog,
  rate: number,
): Promise<{ readonly rate: number; readonly p50: number; readonly p99: number }> {
  const before = log.size;
  const each = Math.max(1, Math.round((rate * TICK_MS) / 1000));
  const rounds = Math.round((LATENCY_SECONDS * 1000) / TICK_MS);
  const handed = new Map<string, number>();
  const begun = performance.now();
  const running: Promise<void>[] = [];
  for (let round = 0; round < rounds; round++) {
    const wait = begun + round * TICK_MS - performance.now();
    if (wait > 0) await delay(wait);
    running.push(
      log.produce(each).then((ids) => {
        const at = performance.now();
        for (const id of ids) handed.set(id, at);
      }),
    );
  }
  await Promise.all(running);
  const took = (performance.now() - begun) / 1000;
  const checkpoints = await log.covered(before + BigInt(handed.size));
  const indexes = await log.indexes([...handed.keys()]);
  const waits = [...handed].map(([id, at]) => coveredAt(checkpoints, indexes.get(id)) - at).sort((a, b) => a - b);
  return { rate: handed.size / took, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
}

function coveredAt(checkpoints: readonly SeenCheckpoint[], index: bigint | undefined): number {
  const first = index === undefined ? undefined : checkpoints.find(({ size }) => size > index);
  if (first === undefined) throw new Error('an entry stands under no checkpoint');
  return first.at;
}
