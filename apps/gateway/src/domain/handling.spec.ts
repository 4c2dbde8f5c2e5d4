import { describe, expect, it } from '@jest/globals';
import { HANDLINGS, SAID_HANDLINGS } from '#contracts';
import { RECEIPT_OF, clocksOf, handlingOf, mayFollow, statusOf } from './handling.js';

const FROM = new Date('2026-11-24T08:00:00.000Z');
const at = (seconds: number): Date => new Date(FROM.getTime() + seconds * 1_000);
const clocks = (type: string, status: Parameters<typeof clocksOf>[1]) =>
  clocksOf({ type, receivedAt: FROM }, status).map(({ what, at: due }) => [
    what,
    (due.getTime() - FROM.getTime()) / 3_600_000,
  ]);

describe('the handling of a referral', () => {
  it('goes on as in FHIR Task, and no other way', () => {
    const legal = HANDLINGS.flatMap((from) =>
      SAID_HANDLINGS.filter((to) => mayFollow(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(legal).toEqual([
      'requested → received',
      'requested → accepted',
      'requested → rejected',
      'received → accepted',
      'received → rejected',
      'accepted → completed',
    ]);
  });

  it('is told its sender by the receipt of the same meaning', () => {
    for (const [status, kind] of Object.entries(RECEIPT_OF)) expect(handlingOf(kind)).toBe(status);
    for (const kind of ['technical', 'rejected', 'retraction-acknowledged', 'correction-acknowledged'])
      expect(handlingOf(kind)).toBeUndefined();
  });

  it('is the furthest of what was said, also where the clocks of those who said it differ', () => {
    expect(statusOf([])).toBe('requested');
    expect(statusOf([{ status: 'received', at: at(1) }])).toBe('received');
    expect(
      statusOf([
        { status: 'completed', at: at(1) },
        { status: 'accepted', at: at(2) },
        { status: 'received', at: at(3) },
      ]),
    ).toBe('completed');
  });

  it('is due until it is so: taken over within a day, taken up by what its type says', () => {
    expect(clocks('permit-opinion/1', 'requested')).toEqual([
      ['received', 24],
      ['accepted', 240],
    ]);
    expect(clocks('crime-report/2', 'received')).toEqual([['accepted', 72]]);
    const takenUpBy = at(3_600);
    expect(clocksOf({ type: 'crime-report/2', receivedAt: FROM, takenUpBy }, 'received')).toEqual([
      { what: 'accepted', at: takenUpBy },
    ]);
    for (const status of ['accepted', 'rejected', 'completed'] as const)
      expect(clocks('crime-report/2', status)).toEqual([]);
  });
});
