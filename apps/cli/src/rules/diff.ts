import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { isLocalDate } from '#legal-basis';
import { diffRules, diffText, readScenarios, RuleSourceError, ScenarioError, type Side } from '#rules';
import { chosenSet } from './test.js';

/** @param named `2`, `rules/`, or either with a day: `2@2025-11-30` */
const sideOf = (named: string): Side => {
  const [name = '', day] = named.split('@');
  const ruleSet = chosenSet(existsSync(name) ? { rules: name } : { set: name });
  if (day !== undefined && !isLocalDate(day)) throw new RuleSourceError(`${named}: a day is written YYYY-MM-DD`);
  return { ruleSet, on: day ?? ruleSet.date, name: named };
};

/** diff: what differs between two rule sets, or between two days of one */
export const diffCommand = (rules: Command): void => {
  rules
    .command('diff <a> <b>')
    .description(
      'what differs: two released sets (1 2), folders, or days of one (2@2025-11-30 2@2025-12-01), as a table to sign',
    )
    .option('--scenarios <folder>', 'where the parties stand', 'libs/legal-basis/scenarios')
    .action((a: string, b: string, { scenarios }: { readonly scenarios: string }) => {
      try {
        const [left, right] = [sideOf(a), sideOf(b)];
        const { parties } = readScenarios([], scenarios);
        process.stdout.write(diffText(left, right, diffRules(left, right, parties)));
      } catch (error) {
        if (!(error instanceof ScenarioError) && !(error instanceof RuleSourceError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
};
