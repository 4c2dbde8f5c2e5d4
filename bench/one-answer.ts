import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isUnproven } from '../apps/ledger/src/domain/statement.js';
import { KeepingRefused } from '../apps/ledger/src/domain/keeping.js';
import { GatewayError } from '../apps/gateway/src/domain/errors.js';
import { SnapshotError } from '#snapshot';
import { numberAfter, quantile } from './arguments.js';
import { FAULTS, doorsOf, type Door, type Fault } from './one-answer/doors.js';
import { milliseconds, tableOf, type Measure } from './table.js';

/** Medians over so many attempts with each fault lie within two in a hundred of each other. */
const [ATTEMPTS, SHORT, APART] = [100_000, 500, 0.02];
/** Tokens of each fault that take turns: nothing is remembered of one. */
const TOKENS = 50;

/**
 * `npm run bench -- one-answer [--attempts NUMBER] [--short]`: what is told, and how soon, to somebody who signs with an unknown, a wrong or a revoked key or
 * wrongly with the right one, wherever one without proof is answered. The faults take turns, so that what else goes on meets all alike. `--short` makes few attempts,
 * and judges the answer and not the time.
 * @returns whether every bar was reached
 */
export async function benchOneAnswer(args: readonly string[]): Promise<boolean> {
  const root = process.env['DELGE_ROOT'] ?? process.cwd();
  const short = args.includes('--short');
  const attempts = numberAfter(args, '--attempts') ?? (short ? SHORT : ATTEMPTS);
  const dir = join(root, '.delge/bench-one-answer');
  rmSync(dir, { recursive: true, force: true });
  try {
    const measures: Measure[] = [];
    for (const door of await doorsOf(root, dir)) measures.push(...(await measured(door, attempts, short)));
    const reached = measures.every((measure) => measure.reached !== false);
    process.stdout.write(
      `${attempts.toLocaleString('en-US')} attempts with each fault at each door\n\n${tableOf(measures)}`,
    );
    return reached;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measured(door: Door, attempts: number, short: boolean): Promise<readonly Measure[]> {
  const tokens = new Map<Fault, readonly string[]>();
  for (const fault of FAULTS)
    tokens.set(fault, await Promise.all(Array.from({ length: TOKENS }, () => door.token(fault))));
  const times = FAULTS.map(() => new Float64Array(attempts));
  const answers = new Set<string>();
  for (let n = -TOKENS; n < attempts; n += 1) {
    for (let turn = 0; turn < FAULTS.length; turn += 1) {
      // Whose turn is first moves on: what the one before leaves behind meets all alike.
      const at = (((n + turn) % FAULTS.length) + FAULTS.length) % FAULTS.length;
      const token = tokens.get(FAULTS[at] as Fault)?.[(n + TOKENS) % TOKENS] ?? '';
      const begun = process.hrtime.bigint();
      const answer = await door.ask(token).then(() => 'let in', answerOf);
      const took = Number(process.hrtime.bigint() - begun) / 1e6;
      answers.add(answer);
      if (n >= 0) (times[at] as Float64Array)[n] = took;
    }
  }
  const medians = times.map((all) => quantile([...all.toSorted()], 0.5));
  const apart = Math.max(...medians) / Math.min(...medians) - 1;
  return [
    {
      measure: door.name,
      seen: [...answers].join(', '),
      bar: 'one answer',
      goal: '',
      reached: answers.size === 1 && !answers.has('let in'),
    },
    ...FAULTS.map((fault, at) => ({
      measure: `  ${fault}, p50`,
      seen: milliseconds(medians[at] ?? 0),
      bar: '',
      goal: '',
    })),
    {
      measure: '  apart',
      seen: `${(apart * 100).toFixed(2)} %`,
      bar: `${APART * 100} %`,
      goal: '',
      ...(short ? {} : { reached: apart <= APART }),
    },
  ];
}

/** What the caller is told: the code of each error as the service's edge puts it, without the reason. */
const answerOf = (error: unknown): string => {
  if (error instanceof GatewayError) return error.code;
  if (error instanceof KeepingRefused) return isUnproven(error.code) ? 'signature' : error.code;
  if (error instanceof SnapshotError) return error.path === 'signer' ? 'BAD_SIGNATURE' : error.code;
  throw error;
};
