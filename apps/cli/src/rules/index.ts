import type { Command } from 'commander';
import { checkRulesCommand } from './check.js';
import { diffCommand } from './diff.js';
import { recordCommand } from './record.js';
import { adoptCommand, releaseCommand, withdrawCommand } from './release.js';
import { replayCommand } from './replay.js';
import { testCommand } from './test.js';

/** Subcommands of `delge rules`, one file each. */
const SUBCOMMANDS: readonly ((rules: Command) => void)[] = [
  checkRulesCommand,
  diffCommand,
  recordCommand,
  testCommand,
  replayCommand,
  releaseCommand,
  adoptCommand,
  withdrawCommand,
];

/** What a jurist does with rule files, scenarios and releases; all but `release`, `adopt`, `withdraw` and `replay` without files works on files alone, without a sandbox. */
export const rulesCommands = (program: Command): void => {
  const rules = program.command('rules').description('read, test and compare the rules of law');
  for (const add of SUBCOMMANDS) add(rules);
};
