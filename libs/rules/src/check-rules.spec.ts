import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ruleSets, type RuleSet, type Verdict } from '#legal-basis';
import { Cases, type Case } from './carrying-case.js';
import { carriedCases, checkRules, product, readLawBook } from './check-rules.js';
import { diffRules, diffText } from './diff-rules.js';
import { MutantTrial, chosenMutations } from './mutants.js';
import { readScenarios, scenarioFiles } from './scenario-file.js';

const LAW = join(import.meta.dirname, '../../legal-basis');
const SCENARIOS = join(LAW, 'scenarios');
const corpus = readScenarios(scenarioFiles(SCENARIOS), SCENARIOS);
const book = readLawBook(join(LAW, 'law-table'));
const newest = (): RuleSet => {
  const set = ruleSets.at(-1);
  if (set === undefined) throw new Error('no rule set is released');
  return set;
};

/** The bases that a fault is put into, and those that all else is asked of. */
const FEW = ['OSL-10-24', 'OSL-10-27', 'MB-26-2', 'LUS-2016-774-2', 'OSL-6-5'];
const few = (set: RuleSet): RuleSet => ({ ...set, versions: set.versions.filter(({ id }) => FEW.includes(id)) });
const fewOf = ({ matrix, table }: typeof book): typeof book => {
  if (table === undefined) throw new Error('no law table');
  const versions = Object.entries(table.versions).filter(([id]) => FEW.includes(id.split('@')[0] ?? ''));
  return { matrix, table: { ...table, versions: Object.fromEntries(versions) } };
};

describe('the newest rule set', () => {
  test('agrees with what was read in the statutes', () => {
    // The paths have a spec of their own.
    const { paths: _, ...own } = book;
    const { violations, counts } = checkRules(newest(), corpus.parties, own, 5000);
    expect(violations).toEqual([]);
    expect(counts['cells of the reach matrix']).toBeGreaterThan(380);
    expect(counts['verdicts']).toBeGreaterThan(100_000);
  }, 120_000);

  test.each<[string, string, (set: RuleSet) => RuleSet]>([
    [
      'a hole in time',
      'timeline',
      (set) => ({
        ...set,
        versions: set.versions.map((rule) =>
          rule.id === 'OSL-10-24' && rule.until !== undefined ? { ...rule, until: '2025-03-31' } : rule,
        ),
      }),
    ],
    [
      'an exclusion that is gone',
      'reach matrix',
      (set) => ({
        ...set,
        versions: set.versions.map((rule) => (rule.id === 'OSL-10-27' ? { ...rule, reach: {} } : rule)),
      }),
    ],
    [
      'a version that carries nothing',
      'reachable',
      (set) => ({
        ...set,
        versions: set.versions.map((rule) => (rule.id === 'MB-26-2' ? { ...rule, sender: { any: [] } } : rule)),
      }),
    ],
    [
      'a member that was added to a list',
      'law table',
      (set) => ({
        ...set,
        lists: set.lists.map((list) =>
          list.id === 'lus-2016-775'
            ? {
                ...list,
                entries: [...list.entries, { party: { sector: 'kommun' }, roles: ['send'], from: '2016-08-15' }],
              }
            : list,
        ),
      }),
    ],
  ])(
    'with %s is found out by the %s',
    (_, rule, change) => {
      const { violations } = checkRules(few(change(newest())), corpus.parties, fewOf(book), 100);
      expect(violations.map((violation) => violation.rule)).toContain(rule);
    },
    120_000,
  );

  // All of them: npm run test:mutants
  test('a fault that changes verdicts is caught, and one that changes none is told apart', () => {
    const { table } = fewOf(book);
    if (table === undefined) throw new Error('no law table');
    const set = few(newest());
    const trial = new MutantTrial(set, { ...corpus, scenarios: [] }, table);
    const of = (operator: string, at: string) => {
      const mutation = chosenMutations(set, Number.POSITIVE_INFINITY).find(
        (one) => one.operator === operator && one.at === at,
      );
      if (mutation === undefined) throw new Error(`no ${operator} at ${at}`);
      return trial.try(mutation).caught;
    };
    expect(of('drop an agency', 'lus-2016-775 ts+trv ts')).toBe('check');
    expect(of('change the harm requirement', '22:2')).toBe('equivalent');
  }, 60_000);
});

describe('the sample of the whole space', () => {
  const sampled = (cases: Cases): readonly string[] => {
    const told: string[] = [];
    product(cases, carriedCases(newest(), cases), 4000, (_, says) => void told.push(says));
    return told;
  };

  test('bears the argument that each coordinate may be walked by itself', () => {
    expect(sampled(new Cases(newest(), corpus.parties))).toEqual([]);
  }, 60_000);

  test.each<[string, (one: Case, outcome: Verdict['outcome']) => Verdict['outcome']]>([
    ['lets a purpose through to one recipient alone', (one, said) => (one.to === 'polis' ? 'permit' : said)],
    [
      'refuses provisions for one purpose alone',
      (one, said) =>
        one.purpose === 'supervision' && one.items.some(({ secrecy }) => secrecy.some((id) => id.startsWith('2')))
          ? 'deny'
          : said,
    ],
  ])(
    'finds an engine that %s',
    (_, fault) => {
      class Faulty extends Cases {
        override verdict(one: Case): Verdict {
          const said = super.verdict(one);
          return { ...said, outcome: fault(one, said.outcome) } as Verdict;
        }
      }
      expect(sampled(new Faulty(newest(), corpus.parties))).not.toEqual([]);
    },
    60_000,
  );
});

test('the difference between two days is what changed in the law between them', () => {
  const side = (on: string) => ({ ruleSet: newest(), on, name: on });
  const [before, after] = [side('2025-11-30'), side('2025-12-01')];
  const differences = diffRules(before, after, corpus.parties);
  const bases = new Set(differences.map(({ basis }) => basis));
  expect([...bases].sort()).toEqual(expect.arrayContaining(['OSL-10-15a', 'SFB-110-31', 'SOL-15-12']));
  expect(bases.has('LUF-2008-206-3')).toBe(false);
  expect(diffText(before, after, differences)).toContain('| OSL-10-15a | sekretess som bryts | – | 21:1');
  expect(diffRules(after, after, corpus.parties)).toEqual([]);
});
