import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseTrust } from '#snapshot';
import { KeysCache, verifyEvidence, type Report } from '#verifier';
import { numberAfter, quantile } from './arguments.js';
import { milliseconds, perSecond, tableOf, type Measure } from './table.js';
import { bareLoop } from './verify/bare-loop.js';
import type { Took } from './verify/child.js';
import { make, placesIn, type Made } from './verify/make.js';

/** Entries for each second of one core's time, all signatures and verdicts included. */
const ENTRIES = { bar: 4_000 };
const PEAK_OCTETS = 1.5 * 1024 ** 3;
/** design.md section 12, one evidence file in process. */
const EVIDENCE_MS = { bar: 50, goal: 10 };
const SHORT = 1_000;
const [ROUND_MS, SHORT_ROUND_MS] = [3_000, 1_000];

/**
 * `npm run bench -- verify [--disclosures NUMBER] [--folder PATH] [--short]`: how fast `delge verify` is over a bundle of so many disclosures, and the limit
 * in the same run. `--folder` keeps the bundle there, and takes the one that is there. `--short` takes few, tells the rates and judges what depends on no neighbour.
 * @returns whether every bar was reached
 */
export async function benchVerify(args: readonly string[]): Promise<boolean> {
  const root = process.env['DELGE_ROOT'] ?? process.cwd();
  const short = args.includes('--short');
  const disclosures = numberAfter(args, '--disclosures') ?? (short ? SHORT : 100_000);
  const kept = args.includes('--folder') ? args[args.indexOf('--folder') + 1] : undefined;
  const dir = kept ?? join(root, '.delge/bench-verify');
  const places = placesIn(dir);
  const there = kept !== undefined && existsSync(places.made);
  const made = there ? (JSON.parse(readFileSync(places.made, 'utf8')) as Made) : await make(root, dir, disclosures);
  try {
    const bare = await bareLoop(dir, made.entries, short ? SHORT_ROUND_MS : ROUND_MS);
    const before = bare.rate();
    const one = await verified(dir, ['--threads', '1']);
    const all = await verified(dir, []);
    const limit = (before + bare.rate()) / 2;
    const files = await evidenceTimes(dir, made.evidence);

    const rate = made.entries / one.took.processorSeconds;
    const holds = [one, all].every(({ report }) => isWhole(report, made)) && files.hold;
    const judged = (reached: boolean) => (short ? {} : { reached });
    const peak = Math.max(one.took.peakOctets, all.took.peakOctets);
    const cores = availableParallelism();
    const measures: readonly Measure[] = [
      {
        measure: 'entries verified, per core',
        seen: perSecond(rate),
        bar: perSecond(ENTRIES.bar),
        goal: '',
        ...judged(rate >= ENTRIES.bar),
      },
      told('  bare loop of the same primitives', perSecond(limit)),
      told('  ratio to the bare loop', (rate / limit).toFixed(2)),
      told('  wall time, one thread', `${one.took.wallSeconds.toFixed(1)} s`),
      told(`  wall time, ${cores} threads`, `${all.took.wallSeconds.toFixed(1)} s`),
      told(`  per core, ${cores} threads`, perSecond(made.entries / all.took.processorSeconds)),
      {
        measure: 'memory at its peak',
        seen: mebibytes(peak),
        bar: mebibytes(PEAK_OCTETS),
        goal: '',
        reached: peak <= PEAK_OCTETS,
      },
      {
        measure: 'evidence file verified, p50',
        seen: milliseconds(files.p50),
        bar: milliseconds(EVIDENCE_MS.bar),
        goal: milliseconds(EVIDENCE_MS.goal),
        ...judged(files.p50 <= EVIDENCE_MS.bar),
      },
      told('evidence file verified, p99', milliseconds(files.p99)),
      told('  processor time, p50', milliseconds(files.processor)),
      told('  another under the same keys log, p50', milliseconds(files.cachedP50)),
      told('  another under the same keys log, p99', milliseconds(files.cachedP99)),
      {
        measure: 'all of it found and found to hold',
        seen: holds ? 'yes' : 'NO',
        bar: 'yes',
        goal: '',
        reached: holds,
      },
    ];
    const { permit, denied, receipts, refusals } = made.counts;
    const reached = measures.every((measure) => measure.reached !== false);
    process.stdout.write(
      [
        `${number(permit)} disclosures and ${number(denied)} stopped, ${number(receipts)} receipts, ${number(refusals)} refusals: ${number(made.entries)} entries, ${mebibytes(made.octets)}, ${made.ruleSets} rule sets, ${made.keysEntries} statements in the keys log`,
        `${there ? 'made before' : 'made'} in ${made.seconds.toFixed(1)} s; ${cores} cores, Node ${process.versions.node}`,
        `an entry: ${bare.signatures.toFixed(2)} ES256 signatures (${perSecond(bare.es256)} alone), ${bare.hashes.toFixed(2)} hashes, ${bare.checks.toFixed(2)} verdicts`,
        '',
        tableOf(measures),
        `${JSON.stringify({ bench: 'verify', entries: made.entries, rate, limit, ratio: rate / limit, es256: bare.es256, oneThread: one.took, allThreads: all.took, evidenceMs: files, holds, reached })}\n`,
      ].join('\n'),
    );
    return reached;
  } finally {
    if (kept === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

const told = (measure: string, seen: string): Measure => ({ measure, seen, bar: '', goal: '' });
const mebibytes = (octets: number): string => `${Math.round(octets / 1024 ** 2)} MiB`;
const number = (value: number): string => value.toLocaleString('en-US');

/** `delge verify` over the bundle, in a process of its own. */
async function verified(
  dir: string,
  options: readonly string[],
): Promise<{ readonly took: Took; readonly report: Report }> {
  const { bundle, trust } = placesIn(dir);
  const args = ['verify', bundle, '--trust', trust, '--json', ...options];
  const child = fork(new URL('verify/child.js', import.meta.url), args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new Error('a child without output');
  const [took, said] = await Promise.all([
    once(child, 'message').then((message) => message[0] as Took),
    text(child.stdout),
  ]);
  return { took, report: JSON.parse(said) as Report };
}

/** Whether the report says that the bundle holds, and that everything in it was seen. */
const isWhole = ({ conclusion, findings, counts, complete }: Report, made: Made): boolean =>
  conclusion === 'holds' &&
  findings.length === 0 &&
  counts !== undefined &&
  counts.permit === made.counts.permit &&
  counts.deny + counts.assess === made.counts.denied &&
  counts.receipts === made.counts.receipts &&
  counts.refusals === made.counts.refusals &&
  (complete ?? []).reduce((sum, row) => sum + row.seen, 0) === counts.permit + made.counts.denied + counts.refusals;

interface EvidenceTimes {
  readonly p50: number;
  readonly p99: number;
  /** The middle one's processor time. */
  readonly processor: number;
  readonly cachedP50: number;
  readonly cachedP99: number;
  readonly hold: boolean;
}
/** Milliseconds for each file from its bytes to its report: everything verified anew, and with the keys log known from the file before. */
async function evidenceTimes(dir: string, count: number): Promise<EvidenceTimes> {
  const trust = await parseTrust(readFileSync(placesIn(dir).trust));
  const now = new Date('2026-12-01T08:00:00.000Z');
  let hold = count > 0;
  const times = async (cache: () => KeysCache) => {
    const [wall, processor]: [number[], number[]] = [[], []];
    for (let n = 0; n < count; n += 1) {
      const bytes = readFileSync(placesIn(dir).evidence(n));
      const [begun, before] = [performance.now(), process.cpuUsage()];
      const report = await verifyEvidence(bytes, trust, { now, cache: cache() });
      wall.push(performance.now() - begun);
      const { user, system } = process.cpuUsage(before);
      processor.push((user + system) / 1000);
      hold &&= report.conclusion === 'holds' && report.findings.length === 0;
    }
    return { wall: wall.toSorted((a, b) => a - b), processor: processor.toSorted((a, b) => a - b) };
  };
  const anew = await times(() => new KeysCache());
  const known = new KeysCache();
  await times(() => known);
  const cached = await times(() => known);
  return {
    p50: quantile(anew.wall, 0.5),
    p99: quantile(anew.wall, 0.99),
    processor: quantile(anew.processor, 0.5),
    cachedP50: quantile(cached.wall, 0.5),
    cachedP99: quantile(cached.wall, 0.99),
    hold,
  };
}
