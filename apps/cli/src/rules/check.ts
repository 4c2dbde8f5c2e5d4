import type { Command } from 'commander';
import { ruleSets } from '#legal-basis';
import { checkRules, readRules } from '#rules';

/** rules check */
export const checkRulesCommand = (rules: Command): void => {
  rules
    .command('check')
    .description('hold the engine against a second reading of the rules; exit 1 on a violation')
    .option('--rules <folder>', 'rule files, instead of a released set')
    .option('--set <number>', 'a released set; the newest if left out')
    .action(({ rules: folder, set }: { readonly rules?: string; readonly set?: string }) => {
      const ruleSet =
        folder !== undefined
          ? readRules(folder)
          : set === undefined
            ? ruleSets.at(-1)
            : ruleSets.find(({ number }) => number === Number(set));
      if (ruleSet === undefined) throw new Error(`no rule set ${set ?? ''} is released`);
      const { counts, violations } = checkRules(ruleSet);
      process.stdout.write(
        `${Object.entries(counts)
          .map(([what, count]) => `${what} ${count}`)
          .join(', ')}\n`,
      );
      for (const violation of violations) process.stdout.write(`${violation}\n`);
      if (violations.length > 0) process.exitCode = 1;
    });
};
