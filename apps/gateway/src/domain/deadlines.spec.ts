import { describe, expect, it } from '@jest/globals';
import { messageTypes } from '#legal-basis';
import { ACCEPTED_WITHIN, clockOf, duesOf, metBy, takenUpBy } from './deadlines.js';

const RELEASED = new Date('2026-11-24T08:00:00.000Z');
const hours = (type: string, clock?: string) =>
  Object.fromEntries(
    duesOf(type, clock, RELEASED, RELEASED).map(({ what, at }) => [
      what,
      (at.getTime() - RELEASED.getTime()) / 3_600_000,
    ]),
  );

describe('a receipt is due', () => {
  it.each<[string, string | undefined, number]>([
    ['child-concern-report/1', 'none', 24],
    ['crime-report/2', 'none', 72],
    ['crime-report/2', 'genast', 24],
    ['permit-opinion/1', 'skyndsamt', 72],
    ['information-to-prevent-crime/2', 'skyndsamt', 24],
    ['permit-opinion/1', 'none', 240],
    ['a-type-of-tomorrow/1', undefined, 240],
  ])('%s on a ground that says %s: acknowledged within %i hours, and fetched within one', (type, clock, accepted) => {
    expect(hours(type, clock)).toEqual({ technical: 1, accepted });
  });

  it('by the decision, however late its sender is told of it: so its recipient shows the same', () => {
    const decision = { verdict: { clock: 'genast' } };
    const late = new Date('2026-11-30T08:00:00.000Z');
    const [, accepted] = duesOf('crime-report/2', clockOf(decision), RELEASED, late);
    expect(accepted?.at).toEqual(takenUpBy('crime-report/2', clockOf(decision), RELEASED));
    expect(clockOf({ verdict: {} })).toBeUndefined();
  });

  it('by a time that stands in the table, for every type that is sent', () => {
    const sent = messageTypes.map(({ id }) => id.split('/')[0] ?? '').filter((type) => type !== 'recorded-disclosure');
    expect(Object.keys(ACCEPTED_WITHIN).toSorted()).toEqual([...new Set(sent)].toSorted());
  });

  it('no more when the authority has answered, be it to turn it down', () => {
    expect(metBy('technical')).toEqual(['technical']);
    for (const kind of ['accepted', 'form-rejected', 'rejected'])
      expect(metBy(kind)).toEqual(['technical', 'accepted']);
  });
});
