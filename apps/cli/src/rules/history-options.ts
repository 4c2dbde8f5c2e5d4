import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { rootPath } from '../files.js';
import { historyOfFiles, historyOfSandbox } from './history.js';
import type { History } from './history.js';

/** Where stored decisions come from. */
export interface HistoryOptions {
  /** `true` where the option stands without a file. */
  readonly decisions?: string | true;
  readonly keys?: string;
  readonly trust?: string;
  readonly ruleSets?: string;
}

/** @param decisions flags of the option that names the decisions */
export const withHistory = (command: Command, decisions: string): Command =>
  command
    .option(decisions, 'JSON lines as GET /v1/decisions gives its items, instead of the running sandbox')
    .option('--keys <file>', 'keys log of these decisions: checkpoint and entries')
    .option('--trust <file>', 'trust.json, got from elsewhere than the other files; the sandbox’s otherwise')
    .option('--rule-sets <folder>', 'rule sets that do not ship with this program');

/** @throws an error when there is no sandbox, or a file is not what it should be */
export const historyOf = async (options: HistoryOptions, command: Command): Promise<History> => {
  const { keys, ruleSets } = options;
  const decisions = options.decisions === true ? undefined : options.decisions;
  const sandbox = rootPath(command.optsWithGlobals<{ readonly sandbox: string }>().sandbox);
  if ((decisions === undefined) !== (keys === undefined)) throw new Error('--decisions and --keys go together');
  const trust = options.trust === undefined ? undefined : rootPath(options.trust);
  if (decisions === undefined || keys === undefined) return historyOfSandbox(sandbox, trust);
  return historyOfFiles({
    decisions: rootPath(decisions),
    keys: rootPath(keys),
    trust: trust ?? join(dirname(sandbox), 'trust.json'),
    ...(ruleSets === undefined ? {} : { ruleSets: rootPath(ruleSets) }),
  });
};
