import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { isLocalDate } from '#legal-basis';
import type { LocalDate, RuleSet } from '#legal-basis';
import { diffRules, diffText, readScenarios, RuleSourceError, ScenarioError } from '#rules';
import type { Side } from '#rules';
import type { History } from './history.js';
import { historyOf, withHistory } from './history-options.js';
import type { HistoryOptions } from './history-options.js';
import { impactText, storedImpact } from './impact.js';
import type { Named } from './impact.js';
import { chosenSet } from './test.js';

interface DiffOptions extends HistoryOptions {
  readonly scenarios: string;
  readonly adopted?: true;
  readonly json?: true;
}
/** `own`: in stored decisions, each by the rule set that it names. */
const OWN = 'own';

/** @param named `2`, `rules/`, or either with a day: `2@2025-11-30` */
const partsOf = (named: string): { readonly name: string; readonly on?: LocalDate } => {
  const [name = '', on] = named.split('@');
  if (on !== undefined && !isLocalDate(on)) throw new RuleSourceError(`${named}: a day is written YYYY-MM-DD`);
  return { name, ...(on === undefined ? {} : { on }) };
};

const sideOf = (named: string): Side => {
  const { name, on } = partsOf(named);
  const ruleSet = chosenSet(existsSync(name) ? { rules: name } : { set: name });
  return { ruleSet, on: on ?? ruleSet.date, name: named };
};

/** Also a rule set that the keys log releases, by number or digest. */
const byOf = (named: string, history: History, { adopted }: DiffOptions): Named => {
  const { name, on } = partsOf(named);
  return {
    name: named,
    ...(name === OWN ? {} : { ruleSet: existsSync(name) ? chosenSet({ rules: name }) : releasedSet(name, history) }),
    ...(on === undefined ? {} : { on }),
    ...(adopted === undefined ? {} : { allAdopted: adopted }),
  };
};

function releasedSet(name: string, { keys, ruleSetOf }: History): RuleSet {
  const released = keys.at(keys.size).ruleSets();
  const [stated] = released.filter(({ number, sha256 }) => String(number) === name || sha256 === name);
  // Never another set of that number in the place of the one released.
  if (stated === undefined) return ruleSetOf(name) ?? chosenSet({ set: name });
  return ruleSetOf(stated.sha256) ?? fail(`rule set ${stated.number} is not here`);
}
const fail = (says: string): never => {
  throw new RuleSourceError(says);
};

/** diff: what differs between two rule sets, or between two days of one; exit code 2 on what cannot be read */
export const diffCommand = (rules: Command): void => {
  const command = rules
    .command('diff <a> <b>')
    .description(
      'what differs: two released sets (1 2), folders, or days of one (2@2025-11-30 2@2025-12-01), as a table to sign. ' +
        'With --decisions: which stored decisions fall out differently (own libs/legal-basis/rules)',
    );
  withHistory(command, '--decisions [file]')
    .option('--adopted', 'with --decisions: as if every authority had adopted every version')
    .option('--scenarios <folder>', 'where the parties stand', 'libs/legal-basis/scenarios')
    .option('--json', 'one object instead of a table')
    .action(async (a: string, b: string, options: DiffOptions) => {
      try {
        process.stdout.write(
          options.decisions === undefined ? between(a, b, options) : await stored(a, b, options, command),
        );
      } catch (error) {
        if (!(error instanceof ScenarioError) && !(error instanceof RuleSourceError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
};

function between(a: string, b: string, { scenarios, json, ...others }: DiffOptions): string {
  const [stray] = Object.keys(others);
  if (stray !== undefined) fail(`--${stray === 'ruleSets' ? 'rule-sets' : stray} goes with --decisions`);
  const [left, right] = [sideOf(a), sideOf(b)];
  const differences = diffRules(left, right, readScenarios([], scenarios).parties);
  return json === true
    ? `${JSON.stringify({ before: a, after: b, differences })}\n`
    : diffText(left, right, differences);
}

async function stored(a: string, b: string, options: DiffOptions, command: Command): Promise<string> {
  const history = await historyOf(options, command);
  const found = await storedImpact(history, byOf(a, history, options), byOf(b, history, options));
  return options.json === true ? `${JSON.stringify(found)}\n` : impactText(found);
}
