import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { messageTypes, ruleSets, type RuleSet } from '#legal-basis';
import { Cases } from './carrying-case.js';
import { carriedCases } from './check-rules.js';
import { LawfulPaths, readPathList, type PathList } from './lawful-paths.js';
import { readScenarios } from './scenario-file.js';

const LAW = join(import.meta.dirname, '../../legal-basis');
const { parties } = readScenarios([], join(LAW, 'scenarios'));
const list = readPathList(join(LAW, 'law-table'));
const newest = ruleSets.at(-1) as RuleSet;

const pathsOf = (ruleSet: RuleSet, asked: PathList = list): LawfulPaths => {
  const cases = new Cases(ruleSet, parties);
  return new LawfulPaths(cases, carriedCases(ruleSet, cases), asked);
};
const without = (...ids: readonly string[]): RuleSet => ({
  ...newest,
  versions: newest.versions.filter(({ id }) => !ids.includes(id)),
});
const rows = (law: string): PathList => ({
  ...list,
  must: list.must.filter((row) => row.law === law),
  may: list.may.filter((row) => row.law === law),
  without: [],
});

test('every party that the statutes name has a path, or is known to have none', () => {
  const paths = pathsOf(newest);
  const { faults, asked, without: lacking } = paths.report();
  expect(faults).toEqual([]);
  expect(asked).toBeGreaterThan(2500);
  expect(lacking.map((says) => says.split(' must ')[0])).toEqual([
    'utforare/assistans',
    'region/halsa',
    'region/halsa',
  ]);
  const matrix = paths.matrix();
  expect(matrix['kommunal-statistik']?.['notice-of-incorrect-payment/1']).toEqual({ must: 0, may: 0 });
  expect(matrix['socialnamnd']?.['crime-report/2']?.must).toBeLessThan(
    matrix['socialnamnd']?.['crime-report/2']?.may ?? 0,
  );
}, 120_000);

test.each([
  [
    'SOL-19-1',
    'SoL 19 kap. 1 §',
    'linkoping/utbildningsnamnden must send child-concern-report/1 to linkoping/socialnamnden',
  ],
  ['LUS-2016-774-2', 'lag (2016:774) 2 §', 'af must send cooperation-contribution/1 to bv'],
  ['OSL-10-15a', 'OSL 10 kap. 15 a § 5', 'linkoping/lss-namnden may send supplier-check/1 to linkoping/upphandling'],
])(
  'without %s a path is missing',
  (basis, law, says) => {
    expect(pathsOf(newest, rows(law)).report().faults).toEqual([]);
    expect(pathsOf(without(basis), rows(law)).report().faults).toContain(`${says} (${law}), and there is no path`);
  },
  120_000,
);

test('a party that is said to lack a path and has one is told', () => {
  const said = { type: 'crime-report/2', from: ['fk'], to: ['polis'], why: 'ett skäl' };
  const law = 'bidragsbrottslagen 6 §';
  expect(pathsOf(newest, { ...rows(law), without: [said] }).report().faults).toEqual([
    'fk is said to lack a path for crime-report/2 to polis, and lacks none: ett skäl',
  ]);
}, 120_000);

test('what a type cannot say carries no basis that needs it', () => {
  const paths = pathsOf(newest);
  const type = (name: string) => messageTypes.filter((one) => one.name === name).at(-1) ?? fail(name);
  const found = (name: string) =>
    paths.path('linkoping/socialnamnden', 'fk', type(name), { duty: true, initiative: 'own' });
  // The act on notices wants the benefit, which a request does not name.
  expect(found('notice-of-incorrect-payment')).toMatchObject({ basis: 'LUF-2008-206-3', open: false });
  expect(found('request')?.basis).not.toBe('LUF-2008-206-3');
}, 60_000);

test('a word that names nobody is told', () => {
  const asked = { ...rows('LSS 15 § 10'), groups: {} };
  const misspelt = { ...asked, must: asked.must.map((row) => ({ ...row, from: ['lssnamnd'] })) };
  expect(() => pathsOf(newest, misspelt).report()).toThrow('lssnamnd is no party');
});

const fail = (name: string): never => {
  throw new Error(`no type ${name}`);
};
