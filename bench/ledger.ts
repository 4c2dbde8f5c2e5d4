import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { LedgerConfig } from '../apps/ledger/src/ledger.config.js';
import { deployDatabases, dropDatabases } from '../tools/deploy/databases.js';
import { numberAfter, quantile } from './arguments.js';
import { bareLoop } from './ledger/bare-loop.js';
import { ANNEX_BYTES, ENTRY_BYTES } from './ledger/entries.js';
import { BenchLog, type SeenCheckpoint } from './ledger/log.js';
import { ProcessorTime } from './processor-time.js';
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
    const admin = new URL(postgres);
    admin.pathname = `/${PREFIX}_operator`;
    const db = new Client({ connectionString: admin.toString() });
    await db.connect();
    try {
      const batch = new LedgerConfig().BATCH;
      const limits = [await bareLoop(admin.toString(), Math.ceil(leaves / 2), batch, 'before')];
      await log.fill(leaves);
      const processor = await ProcessorTime.begin(db);
      const begun = performance.now();
      await log.run(databases);
      await log.covered(BigInt(leaves));
      const sustained = leaves / ((performance.now() - begun) / 1000);
      const { own, server } = processor.seconds;
      const ticks = log.ticks();
      limits.push(await bareLoop(admin.toString(), Math.ceil(leaves / 2), batch, 'after'));
      const limit = mean(limits.map(({ perSecond: rate }) => rate));
      const limitPerProcessor = mean(limits.map(({ perProcessorSecond: rate }) => rate));
      const perProcessor = leaves / (own + server);

      const waits = await latency(log, sustained / 2);
      const latencyTicks = log.ticks();
      const told = (measure: string, seen: string): Measure => ({ measure, seen, bar: '', goal: '' });
      const spread = (values: readonly number[]): string =>
        [0.5, 0.99, 1].map((part) => milliseconds(quantile(values, part))).join(', ');
      const measures: readonly Measure[] = [
        {
          measure: 'leaves sequenced and signed',
          seen: perSecond(sustained),
          bar: perSecond(LEAVES.bar),
          goal: perSecond(LEAVES.goal),
          reached: sustained >= LEAVES.bar,
        },
        told('  bare loop with the same operations', perSecond(limit)),
        told('  ratio to the bare loop', (sustained / limit).toFixed(2)),
        told('  per second of processor time, PostgreSQL’s included', perSecond(perProcessor)),
        told('  bare loop, the same', perSecond(limitPerProcessor)),
        told('  ratio to the bare loop, the same', (perProcessor / limitPerProcessor).toFixed(2)),
        told('  share of PostgreSQL in it', `${Math.round((100 * server) / (own + server))} %`),
        told(`  tick with all of them waiting, up to ${batch} leaves: p50, p99, max`, spread(ticks)),
        told(`entry to signed checkpoint at ${perSecond(waits.rate)}, p50`, milliseconds(waits.p50)),
        told(`entry to signed checkpoint at ${perSecond(waits.rate)}, p99`, milliseconds(waits.p99)),
        told('  tick meanwhile: p50, p99, max', spread(latencyTicks)),
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
      await db.end();
      await log.close();
      await dropDatabases(postgres, PREFIX);
    }
  });

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

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
