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
import type { Checked } from '#rules';
import { chosenSet } from './test.js';

interface CheckOptions {
  readonly rules?: string;
  readonly set?: string;
  readonly scenarios: string;
  readonly law: string;
  readonly write?: true;
  readonly json?: true;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** check: exit code 1 when something does not hold, 2 on a file that cannot be read */
export const checkRulesCommand = (rules: Command): void => {
  rules
    .command('check')
    .description(
      'check the rules over the whole space: default deny, reach, timeline, the law table, and a lawful path by message type',
    )
    .option('--rules <folder>', 'another folder of rule files')
    .option('--set <number>', 'a released rule set; otherwise the newest')
    .option('--scenarios <folder>', 'where the parties stand', 'libs/legal-basis/scenarios')
    .option('--law <folder>', 'what was read in the statutes', 'libs/legal-basis/law-table')
    .option('--write', 'write the law table anew; read what changed before you commit it')
    .option('--json', 'one object, with the receivers of each message type by kind of sender')
    .action((options: CheckOptions) => {
      try {
        const begun = performance.now();
        const { parties } = readScenarios([], options.scenarios);
        const ruleSet = chosenSet(options);
        const space = checkSpace(ruleSet);
        const told = space.violations.map((says) => ({ rule: 'space', says }));
        const counts: { [what: string]: number } = { ...space.counts };
        let [without, matrix]: readonly [readonly string[], Checked['matrix']] = [[], undefined];
        // The law table is that of the newest set; an older one is held to the space alone.
        if (ruleSet.number >= (ruleSets.at(-1)?.number ?? 0)) {
          const found = checkRules(ruleSet, parties, readLawBook(options.law));
          if (options.write === true) writeFileSync(tableFile(options.law), tableText(found.table));
          told.push(...found.violations.filter(({ rule }) => options.write !== true || rule !== 'law table'));
          Object.assign(counts, found.counts);
          ({ without, matrix } = found);
        }
        const seconds = Math.round((performance.now() - begun) / 100) / 10;
        if (options.json === true) say(JSON.stringify({ violations: told, counts, without, matrix, seconds }));
        else {
          for (const { rule, says } of told) say(`${rule}: ${says}`);
          for (const [what, count] of Object.entries(counts)) say(`${what}: ${count}`);
          say(`without a lawful path: ${without.length === 0 ? 'none' : ''}`.trimEnd());
          for (const one of without) say(`- ${one}`);
          say(`${told.length === 0 ? 'everything holds' : `${told.length} do not hold`}, ${seconds} s`);
        }
        process.exitCode = told.length === 0 ? 0 : 1;
      } catch (error) {
        if (!(error instanceof ScenarioError) && !(error instanceof RuleSourceError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
};
