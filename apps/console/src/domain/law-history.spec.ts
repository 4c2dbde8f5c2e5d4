import { expect, it } from '@jest/globals';
import { changeDays, lawOn } from './law-history.js';
import type { LawAct } from './law-history.js';

const A = 'linkoping/socialnamnden';
const V = 'LUF-2008-206-3@2026-01-01';
const acts: readonly LawAct[] = [
  { kind: 'adopted', authority: A, versions: [V, 'OSL-10-27@2025-12-01'], index: 3, day: '2026-01-10' },
  { kind: 'withdrawn', authority: A, versions: [V], index: 5, day: '2026-02-10' },
  { kind: 'adopted', authority: A, versions: [V], index: 6, day: '2026-03-10' },
  { kind: 'adopted', authority: A, versions: [V], index: 7, day: '2026-04-10' },
  {
    kind: 'position',
    authority: A,
    question: 'Q1',
    answer: 'prevents',
    from: '2026-05-01',
    index: 8,
    day: '2026-04-11',
  },
  { kind: 'position', authority: A, question: 'Q1', answer: 'allows', from: '2026-06-01', index: 9, day: '2026-04-12' },
];
const adopted = (day: string) => lawOn(acts, day).adoptions.get(V) ?? [];

it('has a wording adopted from the day on which that was signed until it is withdrawn, and again', () => {
  expect(adopted('2026-01-09')).toEqual([]);
  expect(adopted('2026-01-10')).toEqual([{ authority: A, since: '2026-01-10', index: 3 }]);
  expect(adopted('2026-02-10')).toEqual([]);
  expect(lawOn(acts, '2026-02-10').adoptions.get('OSL-10-27@2025-12-01')).toHaveLength(1);
  expect(adopted('2026-12-01')).toEqual([{ authority: A, since: '2026-03-10', index: 6 }]);
});

it('has of each question the newest position that is meant from then on', () => {
  const answers = (day: string) => lawOn(acts, day).positions.map(({ answer }) => answer);
  expect(answers('2026-04-30')).toEqual([]);
  expect(answers('2026-05-01')).toEqual(['prevents']);
  expect(answers('2026-06-01')).toEqual(['allows']);
});

it('changes on the days on which something begins, ends or is stated', () => {
  const days = changeDays([{ from: '2020-01-01', until: '2026-01-10' }, { from: '2026-01-10' }], acts);
  expect(days.slice(0, 3)).toEqual(['2020-01-01', '2026-01-10', '2026-02-10']);
  expect(days.at(-1)).toBe('2026-06-01');
});
