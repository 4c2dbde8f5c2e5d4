import type { Command } from 'commander';
import { CONTRADICTIONS, replay } from '#replay';
import type { NotReplayable, Replayed } from '#replay';
import { save } from './history.js';
import type { History } from './history.js';
import { rootPath } from '../files.js';
import { historyOf, withHistory } from './history-options.js';
import type { HistoryOptions } from './history-options.js';

interface ReplayOptions extends HistoryOptions {
  readonly save?: string;
  readonly json?: true;
}

export const REASONS: Readonly<Record<NotReplayable, string>> = {
  malformed: 'decision, manifest or opening is not one of its kind',
  'keys-root': 'the decision names another keys log',
  'decision-key': 'not signed by a key that was the exchange’s at that size',
  'decision-signature': 'the signature does not verify',
  'manifest-digest': 'the manifest is another than the one decided on',
  'claims-digest': 'the claims are others than those decided on',
  'rule-set-not-released': 'the rule set is not the one that the snapshot names',
  'engine-too-old': 'the engine is older than the rule set demands',
  'opening-missing': 'the opening of the decision is not there',
  'cooperation-missing': 'the cooperation decision is not opened',
  'keys-log-shorter': 'the keys log does not reach that far',
  'rule-set-unknown': 'the rule set is not here',
  'engine-unknown': 'the engine is newer than this one',
};
const isContradiction = (code: NotReplayable): boolean => (CONTRADICTIONS as readonly string[]).includes(code);

/** One line of JSON for `--json`, and what the exit code says: 1 when any decision does not stand. */
export interface Replay {
  readonly decisions: number;
  readonly same: number;
  readonly mismatch: number;
  readonly notReplayable: Readonly<Partial<Record<NotReplayable, number>>>;
  readonly stands: boolean;
  readonly differing: readonly Exclude<Replayed, { readonly outcome: 'same' }>[];
}

export async function replayAll({ decisions, keys, ruleSetOf }: History): Promise<Replay> {
  const differing: Exclude<Replayed, { readonly outcome: 'same' }>[] = [];
  const notReplayable: Partial<Record<NotReplayable, number>> = {};
  let mismatch = 0;
  for (const recorded of decisions) {
    const one = await replay(recorded, keys, ruleSetOf);
    if (one.outcome === 'same') continue;
    differing.push(one);
    if (one.outcome === 'mismatch') mismatch += 1;
    else notReplayable[one.code] = (notReplayable[one.code] ?? 0) + 1;
  }
  const contradicted = Object.keys(notReplayable).some((code) => isContradiction(code as NotReplayable));
  return {
    decisions: decisions.length,
    same: decisions.length - differing.length,
    mismatch,
    notReplayable,
    stands: mismatch === 0 && !contradicted,
    differing,
  };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const told = (replayed: Replay): void => {
  const missing = Object.entries(replayed.notReplayable) as [NotReplayable, number][];
  const not = missing.reduce((sum, [, count]) => sum + count, 0);
  say(`${replayed.decisions} decisions: ${replayed.same} same, ${replayed.mismatch} mismatch, ${not} not replayable`);
  for (const [code, count] of missing) say(`  ${count} ${code}: ${REASONS[code]}`);
  for (const one of replayed.differing) {
    if (one.outcome === 'not-replayable') say(`${one.entryId} ${one.code}`);
    else
      say(
        `${one.entryId} mismatch\n  recorded ${JSON.stringify(one.recorded)}\n  computed ${JSON.stringify(one.computed)}`,
      );
  }
};

/** replay: exit code 1 when a decision differs, or contradicts what was signed; what cannot be computed for want of something is told */
export const replayCommand = (rules: Command): void => {
  const command = rules
    .command('replay')
    .description('compute stored decisions again, codes bit for bit: those of a running sandbox, or of files');
  withHistory(command, '--decisions <file>')
    .option('--save <folder>', 'keep what was read, for --decisions, --keys and --rule-sets')
    .option('--json', 'one object instead of lines')
    .action(async (options: ReplayOptions) => {
      const history = await historyOf(options, command);
      if (options.save !== undefined) save(rootPath(options.save), history);
      const replayed = await replayAll(history);
      if (options.json === true) say(JSON.stringify(replayed));
      else told(replayed);
      process.exitCode = replayed.stands ? 0 : 1;
    });
};
