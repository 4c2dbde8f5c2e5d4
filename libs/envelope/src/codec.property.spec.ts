import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instant } from './codec.js';

/** As Date tells it. */
const isInstant = (text: string): boolean => {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text && text.length === 24;
};
const two = (number: number): string => String(number).padStart(2, '0');

it('takes an instant that Date writes the same, and no other', () => {
  const numbers = fc.tuple(fc.nat(9999), fc.nat(14), fc.nat(33), fc.nat(25), fc.nat(61), fc.nat(61), fc.nat(999));
  fc.assert(
    fc.property(numbers, ([year, month, day, hour, minute, second, ms]) => {
      const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${String(ms).padStart(3, '0')}Z`;
      expect([text, instant(text)]).toEqual([text, isInstant(text)]);
    }),
    { numRuns: 2_000 },
  );
});

it('knows the days of every month, in leap years and out of them', () => {
  for (const year of ['0000', '0004', '1900', '2000', '2023', '2024', '2100', '9999'])
    for (let month = 0; month <= 13; month += 1)
      for (let day = 0; day <= 32; day += 1) {
        const text = `${year}-${two(month)}-${two(day)}T23:59:59.999Z`;
        expect([text, instant(text)]).toEqual([text, isInstant(text)]);
      }
});

it('takes no other spelling', () => {
  for (const text of [
    '',
    '2026-11-24',
    '2026-11-24T08:00:00Z',
    '2026-11-24T08:00:00.000',
    '2026-11-24T08:00:00.000+00:00',
    '2026-11-24T08:00:00.000Z\n',
    ' 2026-11-24T08:00:00.000Z',
    '2026-11-24 08:00:00.000Z',
    '2026-11-24t08:00:00.000z',
    '+002026-11-24T08:00:00.000Z',
    '-000001-11-24T08:00:00.000Z',
    '2026-11-24T24:00:00.000Z',
    '2026-11-24T23:59:60.000Z',
    '２026-11-24T08:00:00.000Z',
  ])
    expect([text, instant(text)]).toEqual([text, false]);
});
