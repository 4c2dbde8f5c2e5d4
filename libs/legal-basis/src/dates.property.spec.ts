import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stockholmDate } from './dates.js';

const zone = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Stockholm',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

it('gives the day of the zone, whatever was asked before', () => {
  const instants = fc.date({ min: new Date('1890-01-01'), max: new Date('2150-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(instants, fc.integer({ min: -3_600_000, max: 3_600_000 })), { minLength: 1 }),
      (asked) => {
        for (const [at, more] of asked)
          for (const one of [at, new Date(at.getTime() + more)]) expect(stockholmDate(one)).toBe(zone.format(one));
      },
    ),
    { numRuns: 300 },
  );
});

it('gives it on both sides of every hour when clocks change', () => {
  for (let year = 1970; year <= 2040; year += 1)
    for (const day of [`${year}-03-24`, `${year}-04-05`, `${year}-09-27`, `${year}-10-24`]) {
      const begun = Date.parse(`${day}T00:00:00.000Z`);
      for (let hour = 0; hour < 24 * 8; hour += 1)
        for (const at of [begun + hour * 3_600_000 - 1, begun + hour * 3_600_000])
          if (stockholmDate(new Date(at)) !== zone.format(at)) throw new Error(new Date(at).toISOString());
    }
});
