import {
  check,
  ENGINE_VERSION,
  explain,
  verdictCodes,
  type CheckInput,
  type RuleSet,
  type Verdict,
  type VerdictCodes,
  type WayOut,
} from '#legal-basis';
import { scenarioInput } from './scenario-input.js';
import type { Corpus, Difference, Parties, Result, Scenario } from './scenario-types.js';

/** Codes that say the question was put wrongly, or that the rules do not hold the answer: a scenario means them only when it names them. */
const MISSPELT = [
  'BASIS_NOT_MODELLED',
  'BASIS_UNKNOWN',
  'CODE_UNKNOWN',
  'CRIME_UNKNOWN',
  'MESSAGE_TYPE_UNKNOWN',
  'POINT_UNKNOWN',
  'PURPOSE_UNKNOWN',
  'SAME_AUTHORITY',
];

/** Runs every scenario against one rule set. */
export const runScenarios = (
  { scenarios, parties }: Corpus,
  ruleSet: RuleSet,
  engine = ENGINE_VERSION,
): readonly Result[] => scenarios.map((scenario) => runScenario(scenario, parties, ruleSet, engine));

export function runScenario(scenario: Scenario, parties: Parties, ruleSet: RuleSet, engine = ENGINE_VERSION): Result {
  const input = scenarioInput(scenario, parties, ruleSet);
  const verdict = check(input, engine);
  const codes = verdictCodes(verdict);
  const differences = [...told(scenario, codes), ...wayDifferences(scenario, verdict, input)];
  return { scenario, codes, differences, why: differences.length === 0 ? [] : reasons(verdict, input) };
}

/** `permit/duty`, `assess/officer`, `deny` */
export const shortOf = ({ outcome, kind, force }: VerdictCodes): string =>
  [outcome, kind ?? force].filter((part) => part !== undefined).join('/');

function told({ expect }: Scenario, codes: VerdictCodes): Difference[] {
  const found: Difference[] = [];
  const short = shortOf(codes);
  if (short !== expect.verdict && codes.outcome !== expect.verdict)
    found.push({ expected: expect.verdict, got: short });
  if (expect.clock !== undefined && expect.clock !== (codes.clock ?? 'none'))
    found.push({ expected: `clock ${expect.clock}`, got: codes.clock ?? 'none' });
  const lines = codes.codes.map((line) => line.split(' '));
  const got = codes.codes.length === 0 ? 'no codes' : codes.codes.join('; ');
  for (const wanted of expect.codes) {
    const [code, ...words] = wanted.split(' ');
    const among = lines.some((line) => line[0] === code && words.every((word) => line.includes(word)));
    if (!among) found.push({ expected: wanted, got });
  }
  for (const [code = ''] of lines)
    if (MISSPELT.includes(code) && !expect.codes.some((wanted) => wanted.split(' ')[0] === code))
      found.push({
        expected: 'words that the rules know',
        got: codes.codes.filter((line) => line.startsWith(code)).join('; '),
      });
  return found;
}

/** A way out in one word: what a jurist writes under `ways`. */
export const wayName = ({ kind, bases = [], recipient }: WayOut): string => {
  const names: { readonly [kind: string]: string } = {
    'other-basis': bases.join('+'),
    'other-recipient': `recipient ${recipient ?? ''}`,
    'leave-out-items': 'leave-out',
    'ask-for-assessment': 'assessment',
    'take-legal-position': 'position',
    'adopt-basis': 'adopt',
    none: 'none',
  };
  return names[kind] ?? kind;
};
function wayDifferences({ expect }: Scenario, verdict: Verdict, input: CheckInput): Difference[] {
  if (expect.ways.length === 0) return [];
  const shown = explain(verdict, input, 'sv').waysOut.map(wayName);
  return expect.ways
    .filter((way) => !shown.includes(way))
    .map((way) => ({ expected: `way out ${way}`, got: shown.length === 0 ? 'none' : shown.join(', ') }));
}

function reasons(verdict: Verdict, input: CheckInput): readonly string[] {
  const { outcome, summary, items, missing, waysOut, notes } = explain(verdict, input, 'sv');
  return [`${outcome}. ${summary}`, ...[...items, ...missing, ...waysOut, ...notes].map(({ text }) => text)];
}
