import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Trust } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { openCheckpoint } from '#tlog/verify';
import { existing, rootPath, trustOf } from '../files.js';
import { LOGS } from './alarm.js';
import type { Alarm } from './alarm.js';
import { HttpLedger } from './ledger-source.js';
import { StateFile, writeWhole } from './state-file.js';
import { exitCodeOf, metricsOf, textOf } from './tell.js';
import type { Language } from './tell.js';
import { Watcher } from './watcher.js';
import type { PinnedLogs } from './watcher.js';

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

interface WatchOptions {
  readonly ledger: string;
  readonly trust: string;
  readonly state: string;
  readonly from?: readonly string[];
  readonly metrics?: string;
  readonly minutes: string;
  readonly every: string;
  readonly once?: true;
  readonly en?: true;
}

/** watch: with `--once` 0 all is well, 1 a log could not be seen, 2 fork, 3 freeze, 4 gap. */
export const watchCommand = (program: Command): void => {
  program
    .command('watch')
    .description('follow both logs from what you have seen yourself, and alarm on fork, freeze and gap')
    .requiredOption('--ledger <url>', 'where the ledger answers; no account is needed')
    .requiredOption('--trust <file>', 'trust.json, got from elsewhere than the ledger')
    .requiredOption('--state <file>', 'what was seen so far; made the first time, and kept between')
    .option(
      '--from <file...>',
      'the first time: checkpoints that you have got elsewhere, instead of what the ledger shows',
    )
    .option('--metrics <file>', 'metrics for node_exporter’s textfile collector, e.g. delge.prom')
    .option('--minutes <count>', 'a log that is not cosigned for so long stands still', '15')
    .option('--every <seconds>', 'how often to look', '30')
    .option('--once', 'look once, and end with 0, or 2 fork, 3 freeze, 4 gap, 1 not seen')
    .option('--en', 'alarms in English')
    .action(async (options: WatchOptions) => {
      const { trust } = await trustOf(options.trust);
      const state = new StateFile(rootPath(options.state), trust.environment);
      const pinned = state.read() ?? pinnedFrom(options.from ?? [], trust);
      const source = new HttpLedger(options.ledger.replace(/\/+$/, ''));
      const freezeMs = positive(options.minutes, '--minutes') * 60_000;
      const watcher = new Watcher(trust, source, verification, pinned, freezeMs, new Date());
      const everyMs = positive(options.every, '--every') * 1000;
      const language = options.en === true ? 'en' : 'sv';
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
      let told: ReadonlyMap<string, Alarm> = new Map();
      let isAway = false;
      for (;;) {
        const now = new Date();
        const looked = await watcher.look(now);
        state.write(watcher.pinned);
        told = tell(told, looked.alarms, state, now, language);
        // No alarm by itself: when it lasts, the log stands still.
        if (looked.unreachable.length > 0 && !isAway) process.stderr.write('the ledger does not answer\n');
        isAway = looked.unreachable.length > 0;
        if (options.metrics !== undefined) writeWhole(rootPath(options.metrics), metricsOf(watcher, looked, now));
        if (options.once === true) {
          process.exitCode = exitCodeOf(looked);
          return;
        }
        await delay(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
        if (ending.signal.aborted) return;
      }
    });
};

/** A line for each alarm that is new, and for each that is over. @returns those that stand */
const tell = (
  before: ReadonlyMap<string, Alarm>,
  alarms: readonly Alarm[],
  state: StateFile,
  now: Date,
  language: Language,
): ReadonlyMap<string, Alarm> => {
  const standing = new Map(alarms.map((alarm) => [alarm.message, alarm]));
  const line = (is: 'raised' | 'over', { kind, log, code }: Alarm, evidence?: string): void => {
    const about = { at: now.toISOString(), is, class: kind, log, code, text: textOf({ kind, log }, language) };
    process.stdout.write(`${JSON.stringify({ ...about, ...(evidence === undefined ? {} : { evidence }) })}\n`);
  };
  for (const [key, alarm] of standing) if (!before.has(key)) line('raised', alarm, state.keep(alarm, now));
  for (const [key, alarm] of before) if (!standing.has(key)) line('over', alarm);
  return standing;
};

/** @throws when one of them is not a checkpoint of either log that meets its policy */
const pinnedFrom = (files: readonly string[], trust: Trust): PinnedLogs =>
  Object.fromEntries(
    files.map((file) => {
      const note = readFileSync(existing(file), 'utf8');
      const log = LOGS.find((name) => note.startsWith(`${trust.logs[name].origin}\n`));
      if (log === undefined) throw new Error(`${file} is no checkpoint of these logs`);
      const { size, root } = openCheckpoint(note, trust.logs[log], verification);
      return [log, { size, root, note }];
    }),
  );

const positive = (text: string, option: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} takes a number above 0`);
  return value;
};
