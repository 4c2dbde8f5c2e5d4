import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ruleSets } from '#legal-basis';
import {
  checkRules,
  checkSpace,
  readLawBook,
  readScenarios,
  RuleSourceError,
  ScenarioError,
  tableFile,
  tableText,
} from '#rules';
import { chosenSet } from './test.js';

interface CheckOptions {
  readonly rules?: string;
  readonly set?: string;
  readonly scenarios: string;
  readonly law: string;
  readonly write?: true;
}

/** check: exit code 1 when something does not hold, 2 on a file that cannot be read */
export const checkRulesCommand = (rules: Command): void => {
  rules
    .command('check')
    .description('check the rules over the whole space: default deny, reach, timeline, and the law table')
    .option('--rules <folder>', 'another folder of rule files')
    .option('--set <number>', 'a released rule set; otherwise the newest')
    .option('--scenarios <folder>', 'where the parties stand', 'libs/legal-basis/scenarios')
    .option('--law <folder>', 'what was read in the statutes', 'libs/legal-basis/law-table')
    .option('--write', 'write the law table anew; read what changed before you commit it')
    .action((options: CheckOptions) => {
      try {
        const begun = performance.now();
        const { parties } = readScenarios([], options.scenarios);
        const ruleSet = chosenSet(options);
        const space = checkSpace(ruleSet);
        const told = space.violations.map((says) => ({ rule: 'space', says }));
        const counts: { [what: string]: number } = { ...space.counts };
        let without: readonly string[] = [];
        // The law table is that of the newest set; an older one is held to the space alone.
        if (ruleSet.number >= (ruleSets.at(-1)?.number ?? 0)) {
          const found = checkRules(ruleSet, parties, readLawBook(options.law));
          if (options.write === true) writeFileSync(tableFile(options.law), tableText(found.table));
          told.push(...found.violations.filter(({ rule }) => options.write !== true || rule !== 'law table'));
          Object.assign(counts, found.counts);
          without = found.without;
        }
        for (const { rule, says } of told) process.stdout.write(`${rule}: ${says}\n`);
        for (const [what, count] of Object.entries(counts)) process.stdout.write(`${what}: ${count}\n`);
        process.stdout.write(`without a lawful path: ${without.length === 0 ? 'none' : without.join('; ')}\n`);
        const seconds = ((performance.now() - begun) / 1000).toFixed(1);
        process.stdout.write(
          `${told.length === 0 ? 'everything holds' : `${told.length} do not hold`}, ${seconds} s\n`,
        );
        process.exitCode = told.length === 0 ? 0 : 1;
      } catch (error) {
        if (!(error instanceof ScenarioError) && !(error instanceof RuleSourceError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
};
