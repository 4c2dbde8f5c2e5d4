import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayAfter, daysOf, monthAfter, monthBefore, spanOf, wholeMonths } from './span.js';
import type { Days, Slice } from './span.js';

const date = fc
  .integer({ min: 0, max: 1_500 })
  .map((days) => new Date(Date.UTC(2023, 10, 15 + days)).toISOString().slice(0, 10));
const listed = ({ from, until }: Days): readonly string[] => {
  const dates: string[] = [];
  for (let day = from; day < (until ?? '2029-01-01'); day = dayAfter(day)) dates.push(day);
  return dates;
};

/** Days of the parts of a slice, of the years or months that begin before 2029. */
const daysOfSlice = (
  span: 'year' | 'month',
  { from, until = '2029-01-01', parts: [first, last] }: Slice,
): readonly string[] => {
  const dates: string[] = [];
  for (let begun = from; begun < until; begun = monthBefore(begun, span === 'year' ? -12 : -1))
    for (const day of listed({ from: begun, until: monthBefore(begun, span === 'year' ? -12 : -1) })) {
      const part = Number(span === 'year' ? day.slice(5, 7) : day.slice(8, 10));
      if (part >= first && part <= last) dates.push(day);
    }
  return dates;
};

it('has each day once, in a month of a year or by itself', () => {
  fc.assert(
    fc.property(date, fc.option(date, { nil: undefined }), (from, until) => {
      if (until !== undefined && until <= from) return;
      const days = { from, ...(until === undefined ? {} : { until }) };
      const { years, months } = spanOf(days);
      const whole = wholeMonths(days);
      if (whole !== undefined)
        expect([...new Set(listed(whole))]).toEqual(years.flatMap((one) => daysOfSlice('year', one)));
      else expect(years).toEqual([]);
      for (const year of years) expect(year.from.endsWith('-01-01')).toBe(true);
      for (const month of months) expect(month.from.endsWith('-01')).toBe(true);
      expect(
        [
          ...years.flatMap((one) => daysOfSlice('year', one)),
          ...months.flatMap((one) => daysOfSlice('month', one)),
        ].sort(),
      ).toEqual(listed(days));
      expect([years.length <= 3, months.length <= 2]).toEqual([true, true]);
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
