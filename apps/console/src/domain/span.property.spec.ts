import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayAfter, daysOf, monthAfter, monthBefore, spanOf } from './span.js';
import type { Days } from './span.js';

const date = fc
  .integer({ min: 0, max: 1_500 })
  .map((days) => new Date(Date.UTC(2023, 10, 15 + days)).toISOString().slice(0, 10));
const listed = ({ from, until }: Days): readonly string[] => {
  const dates: string[] = [];
  for (let day = from; day < (until ?? '2029-01-01'); day = dayAfter(day)) dates.push(day);
  return dates;
};

it('has each day once, in a whole month or beside', () => {
  fc.assert(
    fc.property(date, fc.option(date, { nil: undefined }), (from, until) => {
      if (until !== undefined && until <= from) return;
      const days = { from, ...(until === undefined ? {} : { until }) };
      const span = spanOf(days);
      for (const month of span.months)
        for (const edge of [month.from, month.until ?? '2029-01-01']) expect(edge.endsWith('-01')).toBe(true);
      expect([...span.months, ...span.days].flatMap(listed).sort()).toEqual(listed(days));
      expect(span.days.flatMap(listed).length).toBeLessThanOrEqual(60);
    }),
  );
});

it('has the days that are both the assignment’s and the question’s', () => {
  const period = { from: '2026-01-10', until: '2026-07-01' };
  expect(daysOf({ period }, { filters: {} })).toEqual(period);
  expect(daysOf({ period }, { from: '2026-02-01', until: '2026-02-28', filters: {} })).toEqual({
    from: '2026-02-01',
    until: '2026-03-01',
  });
  expect(daysOf({ period }, { from: '2025-02-01', until: '9999-12-31', filters: {} })).toEqual(period);
  expect(daysOf({ period }, { from: '2026-07-01', filters: {} })).toBeUndefined();
  expect(daysOf({ period: { from: '2026-01-10' } }, { until: '9999-12-31', filters: {} })).toEqual({
    from: '2026-01-10',
  });
});

it('goes from month to month', () => {
  expect([monthAfter('2026-12-31'), monthBefore('2026-01-31', 1), monthBefore('2026-03-15', 16)]).toEqual([
    '2027-01-01',
    '2025-12-01',
    '2024-11-01',
  ]);
  expect([monthAfter('9999-12-31'), monthBefore('0001-02-01', 5)]).toEqual(['9999-12-31', '0001-01-01']);
});
