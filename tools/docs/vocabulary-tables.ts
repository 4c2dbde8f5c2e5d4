import { LEGAL_QUESTIONS, OUTCOMES, ruleSets, TESTS, vocabularySchema, type RuleSet } from '#legal-basis';
import { runScenarios, readScenarios, scenarioFiles } from '#rules';
import { join } from 'node:path';
import { code, table } from './markdown.js';

/** Lists that are told in one row each; what has words of its own gets a table. */
const PLAIN = [
  'authorityKind',
  'initiative',
  'about',
  'known',
  'offenceStage',
  'ageBand',
  'protection',
  'office',
  'mandate',
  'assurance',
  'messageType',
];
const WORDED = ['purpose', 'dataCategory', 'fact', 'derivedFact', 'crime', 'benefit', 'secrecy', 'basis', 'nonBasis'];
/** Point of law.md 6.1 that each question answers; the last two are of OSL 12:2 and 12:3. */
const POINTS: Readonly<Record<(typeof LEGAL_QUESTIONS)[number], string>> = {
  'osl-10-15a-p2-vs-10-23': '1',
  'duty-vs-10-23': '2',
  'bid-secrecy-before-award': '3',
  statistics: '4',
  'health-data': '4',
  'decided-cooperation': '5',
  'party-status': '6',
  'register-law-at-recipient': '7',
  finality: '8',
  'text-unconfirmed': '9',
  'membership-unconfirmed': '9',
  'log-retention': '10',
  'young-persons': '11',
  'protected-identity': '12',
  pilot: '13',
  'suspect-under-15': '14',
  'deceased-person': '14',
  'several-principals': '14',
  'informant-identity': '14',
  'consent-of-others': 'OSL 12:2',
  'consent-of-minor': 'OSL 12:3',
};
/** Questions that the engine asks of itself, whatever the rules say. */
const BY_ENGINE: Readonly<Record<string, string>> = {
  'informant-identity': 'an item about an informant, or 26:5',
  'suspect-under-15': 'purpose investigate-crime and age band under-15',
  'deceased-person': 'derived fact deceased',
  'party-status': 'a party of which it is not settled whether the act means it, such as a municipal company',
  'membership-unconfirmed': 'a party whose day of entry on a list was not read',
  'text-unconfirmed': 'a wording not read for the day, or unconfirmed for long; bound to its version',
};
const NOWHERE = 'not raised by the check: for the authority to settle outside it';

/** Tables of every code that claims may use, with the words that people see. */
export function vocabularyTables(root: string): string {
  const newest = ruleSets.at(-1);
  if (newest === undefined) return '';
  const { $defs } = vocabularySchema(newest);
  const plain = table(
    ['what', 'codes'],
    PLAIN.map((name) => [$defs[name]?.description ?? name, ($defs[name]?.enum ?? []).map(code).join(', ')]),
  );
  const worded = WORDED.map((name) => {
    const { description = name, enum: codes = [], enumDescriptions = [] } = $defs[name] ?? {};
    return `#### ${description}\n\n${table(
      ['code', 'words'],
      codes.map((one, at) => [code(one), enumDescriptions[at] ?? '']),
    )}`;
  });
  return [
    plain,
    ...worded,
    '### Tests and outcomes',
    tests(newest),
    '### Open questions of law',
    questions(newest, root),
  ].join('\n\n');
}

function tests(ruleSet: RuleSet): string {
  const words = wordsOf(ruleSet, 'test');
  const asked = (test: string): string => {
    const by = ruleSet.versions
      .filter((version) => version.tests.some((rule) => rule.test === test))
      .map(({ id }) => id);
    const all = test === 'ANDAMAL' ? ['every permission'] : [...new Set(by)];
    return all.length === 0 ? 'no basis' : all.join(', ');
  };
  return table(
    ['test', 'question', 'passes', 'stops', 'asked by'],
    TESTS.map((test) => [
      code(test),
      words(test),
      code(OUTCOMES[test].passes),
      code(OUTCOMES[test].stops),
      asked(test),
    ]),
  );
}

function questions(ruleSet: RuleSet, root: string): string {
  const words = wordsOf(ruleSet, 'question');
  const folder = join(root, 'libs/legal-basis/scenarios');
  const results = runScenarios(readScenarios(scenarioFiles(folder), folder), ruleSet);
  const shown = (question: string): string =>
    results
      .filter(({ codes }) =>
        codes.codes.some((line) => line.split(' ').some((word) => word.split(':')[0] === question)),
      )
      .map(({ scenario }) => scenario.name)
      .slice(0, 2)
      .join('; ');
  return table(
    ['point of 6.1', 'question', 'text', 'arises', 'scenarios'],
    LEGAL_QUESTIONS.map((question) => [
      POINTS[question],
      code(question),
      words(question),
      arises(ruleSet, question),
      shown(question),
    ]),
  );
}

function arises(ruleSet: RuleSet, question: string): string {
  const provisions = ruleSet.provisions.filter((provision) => provision.question === question).map(({ id }) => id);
  const bases = ruleSet.versions
    .filter(({ reach, overlaps, about, ages, readings }) =>
      [reach.questions, overlaps, about, ages, readings].some((rules) =>
        rules?.some((rule) => rule.question === question),
      ),
    )
    .map(({ id }) => id);
  const found = [BY_ENGINE[question], ...provisions.map((id) => `items under ${id}`), [...new Set(bases)].join(', ')];
  const told = found.filter((part) => part !== undefined && part !== '').join('; ');
  return told === '' ? NOWHERE : told;
}

function wordsOf(ruleSet: RuleSet, name: string): (code: string) => string {
  const { enum: codes = [], enumDescriptions = [] } = vocabularySchema(ruleSet).$defs[name] ?? {};
  return (one) => enumDescriptions[codes.indexOf(one)] ?? '';
}
