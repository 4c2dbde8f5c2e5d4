import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basisVersionIds, ruleSets, type RuleSet } from '#legal-basis';
import { readScenarios, ScenarioError, scenarioFiles } from './scenario-file.js';
import { runScenario } from './scenario-run.js';
import type { Scenario } from './scenario-types.js';

const FOLDER = join(import.meta.dirname, '../../legal-basis/scenarios');
const newest = ruleSets.at(-1) as RuleSet;
const corpus = readScenarios(scenarioFiles(FOLDER), FOLDER);

/** Dates of law.md 1.7. */
const FLIPS = [
  '2008-06-01',
  '2013-01-01',
  '2016-08-15',
  '2020-01-01',
  '2022-05-01',
  '2024-01-01',
  '2024-07-01',
  '2025-01-01',
  '2025-03-01',
  '2025-04-01',
  '2025-07-01',
  '2025-09-08',
  '2025-12-01',
  '2026-01-01',
  '2026-01-15',
  '2026-07-01',
  '2027-01-01',
];

/** Rows of law.md section 5. */
const ROWS = [
  1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 30, 32, 33, 34, 35, 36,
  37, 39, 40, 41, 42, 43, 45, 46, 48, 49, 50, 51, 53, 55, 56, 57, 60, 61, 62, 63, 64, 65,
];

describe('scenarios of the jurist', () => {
  test.each(corpus.scenarios.map((scenario) => [`${scenario.name}: ${scenario.says}`, scenario] as const))(
    '%s',
    (_, scenario) => {
      const { differences, why } = runScenario(scenario, corpus.parties, newest);
      expect({ differences, why }).toEqual({ differences: [], why: [] });
    },
  );

  test('have a row for every row of the decision table', () => {
    const said = new Set(corpus.scenarios.map(({ id }) => id.split(' ')[0]));
    for (const row of ROWS) expect([row, said.has(String(row))]).toEqual([row, true]);
  });

  test.each(FLIPS)('have the day before and the first day of the change on %s, or say why not', (day) => {
    const before = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
    const on = (wanted: string): ReadonlySet<string> =>
      new Set(
        corpus.scenarios.filter((scenario) => scenario.on === wanted).flatMap(({ bases }) => bases.map(({ id }) => id)),
      );
    const paired = [...on(day)].filter((basis) => on(before).has(basis));
    const told = corpus.left.some(({ row }) => row.startsWith(day));
    expect({ day, paired: paired.length > 0 || told }).toEqual({ day, paired: true });
  });

  test('carry something on every version of every basis', () => {
    const carrying = new Set(
      corpus.scenarios
        .map((scenario) => runScenario(scenario, corpus.parties, newest).codes)
        .flatMap(({ outcome, bases }) => (outcome === 'permit' ? bases : [])),
    );
    expect(basisVersionIds(newest).filter((id) => !carrying.has(id))).toEqual([]);
  });

  test('have a twin on request for every claim of OSL 10:15 a', () => {
    const about = ({ from, to, on, bases, items, assessed, facts, purpose, derived }: Scenario): string =>
      JSON.stringify({ from, to, on, bases, items, assessed, facts, purpose, derived });
    const rows = corpus.scenarios.filter(
      ({ bases, id }) => bases.some((basis) => basis.id === 'OSL-10-15a') && ROWS.includes(Number(id.split(' ')[0])),
    );
    const requested = new Set(rows.filter(({ initiative }) => initiative === 'request').map(about));
    const alone = rows.filter(
      ({ initiative, positions, adopted }) =>
        initiative === 'own' && adopted === 'all' && Object.keys(positions).length === 0,
    );
    expect(alone.filter((scenario) => !requested.has(about(scenario))).map(({ name }) => name)).toEqual([]);
  });
});

describe('a file of scenarios', () => {
  const read = (text: string): readonly Scenario[] => {
    const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
    const file = join(folder, 'own.yaml');
    try {
      writeFileSync(file, text);
      return readScenarios([file], FOLDER).scenarios;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const one = (members: string): string =>
    `about: x\nscenarios:\n  - { id: a, says: b, from: fk, to: polis, ${members} }\n`;

  test.each([
    ['a member nobody knows', one('bases: [], expect: deny, colour: red'), /own\.yaml: a: colour: /],
    ['a purpose nobody knows', one('bases: [], expect: deny, purpose: fun'), /own\.yaml: a: purpose: .*prevent-crime/],
    ['no expectation', one('bases: []'), /own\.yaml: a: .*expect/],
    ['a day that does not exist', one('bases: [], expect: deny, on: 2026-02-30'), /own\.yaml: a: on: 2026-02-30/],
    [
      'a party nobody knows',
      one('bases: [], expect: deny').replace('polis', 'nobody'),
      /own\.yaml a: to: no party nobody/,
    ],
    [
      'a variant with a member nobody knows',
      one('bases: [], variants: [{ as: v, colour: red, expect: deny }]'),
      /a variant 1 \(v\): colour/,
    ],
    ['text that is not YAML', 'about: [', /own\.yaml: /],
    [
      'two of one name',
      `${one('bases: [], expect: deny')}  - { id: a, says: b, from: fk, to: polis, bases: [], expect: deny }\n`,
      /id: stands twice/,
    ],
  ])('is refused for %s, and told where', (_, text, message) => {
    expect(() => read(text)).toThrow(ScenarioError);
    expect(() => read(text)).toThrow(message);
  });

  test.each([
    ['kind: socialnämnd', /parties\.yaml: a: kind: unknown socialnämnd/],
    ['kind: socialforsakringsmyndighet, agency: fkk', /parties\.yaml: a: agency: unknown fkk/],
    ['kind: socialnamnd, branches: [socialtjänst]', /parties\.yaml: a: branches: unknown socialtjänst/],
  ])('is refused beside a party of %s', (members, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
    try {
      writeFileSync(join(folder, 'own.yaml'), one('bases: [], expect: deny'));
      writeFileSync(join(folder, 'parties.yaml'), `parties:\n  a: { ${members} }\n`);
      expect(() => readScenarios([join(folder, 'own.yaml')], FOLDER)).toThrow(message);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('does not pass when a basis is misspelt', () => {
    const [scenario] = read(one('bases: [OSL-10-72], items: [{ secrecy: ["28:1"] }], expect: deny'));
    expect(runScenario(scenario!, corpus.parties, newest).differences).toMatchObject([
      { got: 'BASIS_UNKNOWN OSL-10-72 - -' },
    ]);
  });

  test('says what was expected, what came and why', () => {
    const [scenario] = read(
      one(
        'bases: [OSL-10-15a], purpose: prevent-crime, on: 2025-11-30, items: [{ secrecy: ["28:1"] }], expect: permit',
      ),
    );
    const { differences, why } = runScenario(scenario!, corpus.parties, newest);
    expect(differences).toEqual([{ expected: 'permit', got: 'deny' }]);
    expect(why.join(' ')).toContain('OSL (2009:400) 10 kap. 15 a §');
  });
});
