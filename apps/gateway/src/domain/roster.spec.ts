import { describe, expect, it } from '@jest/globals';
import { MESSAGE_STATES } from '#contracts';
import { rosterOf } from './roster.js';
import type { RosterCount } from './roster.js';

const AT = new Date('2026-11-24T08:00:00.000Z');
const count = (change: Partial<RosterCount>): RosterCount => ({
  authority: 'fk/forsakringskassan',
  type: 'crime-report/2',
  state: 'fetched',
  count: 1,
  retracted: 0,
  givenAnotherWay: 0,
  changedAt: AT,
  ...change,
});

describe('the roster of a case', () => {
  it('has one row for each authority, with what reached it, what may yet, and what never will', () => {
    const later = new Date(AT.getTime() + 1);
    const roster = rosterOf([
      count({ state: 'acknowledged', count: 2, retracted: 1 }),
      count({ count: 3, changedAt: later }),
      count({ type: 'answer/1' }),
      count({ state: 'released', count: 4 }),
      count({ state: 'refused', count: 5, givenAnotherWay: 2 }),
      count({ authority: 'csn/csn', state: 'accepted' }),
    ]);
    expect(roster).toEqual([
      { authority: 'csn/csn', received: [], underWay: 1, ended: 0, givenAnotherWay: 0, changedAt: AT.toISOString() },
      {
        authority: 'fk/forsakringskassan',
        received: [
          { type: 'answer/1', count: 1, retracted: 0 },
          { type: 'crime-report/2', count: 5, retracted: 1 },
        ],
        underWay: 4,
        ended: 5,
        givenAnotherWay: 2,
        changedAt: later.toISOString(),
      },
    ]);
  });

  it('counts a message of every state once, but for drafts', () => {
    for (const state of MESSAGE_STATES) {
      const counted = rosterOf([count({ state })]).map(
        ({ received, underWay, ended }) => received.length + underWay + ended,
      );
      expect([state, counted]).toEqual([state, state === 'awaiting-assessment' ? [] : [1]]);
    }
  });
});
