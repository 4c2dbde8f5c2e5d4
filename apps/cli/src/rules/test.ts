import type { Command } from 'commander';
import { ruleSets, type RuleSet } from '#legal-basis';
import { readRules, readScenarios, RuleSourceError, runScenarios, ScenarioError, scenarioFiles } from '#rules';

const SCENARIOS = 'libs/legal-basis/scenarios';
interface TestOptions {
  readonly rules?: string;
  readonly set?: string;
  readonly scenarios: string;
}

/** @throws an error when there is no such set */
export const chosenSet = ({ rules, set }: Pick<TestOptions, 'rules' | 'set'>): RuleSet => {
  if (rules !== undefined) return readRules(rules);
  const found = set === undefined ? ruleSets.at(-1) : ruleSets.find(({ number }) => String(number) === set);
  if (found === undefined) throw new RuleSourceError(`no released rule set ${set ?? ''}`);
  return found;
};

/** test: exit code 1 on a difference, 2 on a file that cannot be run */
export const testCommand = (rules: Command): void => {
  rules
    .command('test [files...]')
    .description('run scenarios; per difference what was expected, what came and why')
    .option('--rules <folder>', 'another folder of rule files')
    .option('--set <number>', 'a released rule set; otherwise the newest')
    .option('--scenarios <folder>', 'where schema and parties stand', SCENARIOS)
    .action((files: readonly string[], options: TestOptions) => {
      try {
        const chosen = files.length === 0 ? scenarioFiles(options.scenarios) : files;
        const results = runScenarios(readScenarios(chosen, options.scenarios), chosenSet(options));
        const failed = results.filter(({ differences }) => differences.length > 0);
        for (const { scenario, differences, why } of failed) {
          const told = differences.map(({ expected, got }) => `  expected  ${expected}\n  got       ${got}\n`).join('');
          const because = why.map((text) => `  ${text}\n`).join('');
          process.stdout.write(`${scenario.name}: ${scenario.says} (${scenario.on})\n${told}  why\n${because}\n`);
        }
        process.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
        process.exitCode = failed.length === 0 ? 0 : 1;
      } catch (error) {
        if (!(error instanceof ScenarioError) && !(error instanceof RuleSourceError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
};
