import { beforeAll, describe, expect, it } from '@jest/globals';
import { ASSIGNMENT_FIELDS } from '#envelope';
import { Sampling, Scene, aDraft, endedIn, grantedIn, reviewed, searched } from '#testing';
import { grantOf, grantedInWords, shownIn } from './assignment.js';

const now = new Date('2026-11-30T08:00:00.000Z');
const options = {
  lang: 'sv',
  authority: ['linkoping/utbildningsnamnden', 'linkoping/socialnamnden'],
  auditor: 'R'.repeat(43),
  provision: 'municipal-audit',
  diaryNumber: 'REV 2026:14',
  from: '2026-01-01',
  until: '2027-01-01',
  expires: '2027-06-30',
} as const;

describe('delge assignment grant', () => {
  it('states everything of what is decided unless fields are chosen, its authorities in order', () => {
    const granted = grantOf(options, 'sandbox', now);
    expect(granted).toMatchObject({
      authorities: ['linkoping/socialnamnden', 'linkoping/utbildningsnamnden'],
      period: { from: '2026-01-01', until: '2027-01-01' },
      fields: ASSIGNMENT_FIELDS,
    });
    expect(grantOf({ ...options, field: ['receipts', 'ground'] }, 'sandbox', now).fields).toEqual([
      'parties',
      'ground',
      'receipts',
    ]);
  });

  it.each([
    ['of two participants', { authority: ['linkoping/socialnamnden', 'fk/forsakringskassan'] }],
    ['that is over', { expires: '2026-11-30' }],
    ['for longer than two years', { expires: '2028-12-01' }],
  ])('refuses one %s before anything is signed', (_, change) => {
    expect(() => grantOf({ ...options, ...change }, 'sandbox', now)).toThrow();
  });

  it('says what it will state in Swedish and in English', () => {
    const granted = grantOf(options, 'sandbox', now);
    const sv = grantedInWords(granted, 'sv');
    for (const part of [
      'Uppdrag',
      'linkoping/socialnamnden',
      '12 kap.',
      'REV 2026:14',
      'till (men inte med) 2027-01-01',
    ])
      expect(sv).toContain(part);
    expect(grantedInWords(granted, 'en')).toContain('Local Government Act');
  });
});

describe('delge assignment show', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.create();
  }, 60_000);

  it('tells who was let in, how it stands, and what was done within it', async () => {
    const draft = aDraft(scene);
    const first = await grantedIn(draft, scene);
    await searched(draft, scene, first);
    await searched(draft, scene, first, { said: { kind: 'export' } });
    await reviewed(draft, scene, first);
    await endedIn(draft, scene, first);
    const second = await grantedIn(draft, scene);
    const sampling = await Sampling.begin(draft, scene);
    await sampling.fixed();
    await sampling.drawn();
    await sampling.opened();
    const lines = draft.acts.map(({ entry, annex }, at) => ({
      idx: String(at),
      blind: 'x',
      entry,
      ...(annex === undefined ? {} : { annex }),
    }));
    const later = new Date('2027-12-01T00:00:00.000Z');
    const at = new Date((draft.acts.at(-1)?.loggedAt ?? 0) + 1000);
    expect(shownIn(lines, at)).toMatchObject([
      { assignment: first, state: 'ended', searches: 1, exports: 1, looks: 1, granted: { provision: 'state-audit' } },
      { assignment: second, state: 'live', searches: 0, exports: 0, looks: 0, samples: 0, findings: 0 },
      { assignment: sampling.assignments[0], state: 'live', samples: 2, findings: 1 },
      { assignment: sampling.assignments[1], state: 'live', samples: 0, findings: 0 },
    ]);
    expect(shownIn(lines, later).map(({ state }) => state)).toEqual(['ended', 'expired', 'expired', 'expired']);
  });
});
