import { describe, expect, it } from '@jest/globals';
import type { DisclosureCheckDto, GroundView, ReferralCheckView, VerdictView } from '#contracts';
import { askedOf, textOf } from './check.js';

const referral = {
  id: 'r',
  to: [{ authority: 'fk/kontroll', function: 'kontroll' }],
  bases: [{ id: 'LUF-2008-206-3' }],
};
const claims = { recipient: 'fk/kontroll', bases: [{ id: 'LUF-2008-206-3' }] } as unknown as DisclosureCheckDto;

describe('what is asked', () => {
  it('is the referral of an example, in the name of its sender', () => {
    expect(askedOf({ system: 'orebro/socialnamnden', referral }, {})).toEqual({
      sender: 'orebro/socialnamnden',
      body: { referral },
    });
  });

  it('is a bare referral, or claims, in the name that is given', () => {
    expect(askedOf(referral, { as: 'a/b' })).toEqual({ sender: 'a/b', body: { referral } });
    expect(askedOf(claims, { as: 'a/b' })).toEqual({ sender: 'a/b', body: claims });
  });

  it('is of one’s own system where nobody is named', () => {
    expect(askedOf(claims, {})).toEqual({ sender: undefined, body: claims });
  });

  it('is for the day of the file, or for another', () => {
    expect(askedOf({ referral, on: '2025-12-01' }, { as: 'a/b' }).body).toEqual({ referral, on: '2025-12-01' });
    const { body } = askedOf({ ...claims, on: '2025-12-01' }, { as: 'a/b', on: '2025-11-30' });
    expect(body).toEqual({ ...claims, on: '2025-11-30' });
  });

  it('claims no basis when grounds are asked for', () => {
    expect(askedOf(referral, { as: 'a/b', grounds: true }).body).toEqual({ referral: { ...referral, bases: [] } });
    expect(askedOf(claims, { as: 'a/b', grounds: true }).body).toEqual({ ...claims, bases: [] });
  });
});

describe('what is told', () => {
  const told = {
    outcome: 'formellt hinder',
    summary: 'Formellt hinder.',
    items: [{ text: 'Grunden gäller inte.' }],
    missing: [],
    waysOut: [{ text: 'En väg.' }],
    questions: [{ text: 'Vilket brott är det?' }],
  };
  const verdict: VerdictView = {
    outcome: 'deny',
    codes: {},
    sv: told,
    en: { ...told, summary: 'Formal obstacle.' },
    permitted: { keeps: [], leavesOut: [], why: 'nothing-carried', text: { sv: 'Ingen del.', en: 'No part.' } },
  };
  const ground = (bases: readonly string[], force: GroundView['force']): GroundView => {
    const words = { text: 'Den skulle bära.', missing: [{ text: 'Behövs det?' }] };
    const common = { versions: [], outcome: 'assess', kind: 'officer', clock: 'none', adopted: true } as const;
    return { ...common, bases, force, sv: words, en: words };
  };
  const answer = (grounds?: readonly GroundView[]): ReferralCheckView => ({
    on: '2026-11-24',
    ruleSet: { number: 2, sha256: 'x' },
    outcome: 'deny',
    recipients: [{ authority: 'fk/kontroll', function: 'kontroll', verdict, ...(grounds && { grounds }) }],
  });

  it('is each recipient with its verdict, what is missing and the ways', () => {
    expect(textOf(answer(), 'sv')).toBe(
      [
        '2026-11-24, regelsamling 2',
        '',
        'fk/kontroll  kontroll  deny (formellt hinder)',
        '  Formellt hinder.',
        '  Därför',
        '    - Grunden gäller inte.',
        '  Vägar',
        '    - En väg.',
        '  En del',
        '    - Ingen del.',
        '  Frågor',
        '    - Vilket brott är det?',
        '',
      ].join('\n'),
    );
    expect(textOf(answer(), 'en')).toMatch(/ {2}Formal obstacle\.\n {2}Why\n.*\n {2}Ways\n/);
  });

  it('is a table of grounds where no basis was claimed', () => {
    const grounds = [ground(['LUF-2008-206-3'], 'duty'), ground(['OSL-10-27', 'OSL-12-2'], 'permission')];
    expect(textOf(answer(grounds), 'sv').split('\n').slice(6, 13)).toEqual([
      '  Grunder som skulle bära',
      '    LUF-2008-206-3        assess/officer  duty',
      '      Den skulle bära.',
      '      - Behövs det?',
      '    OSL-10-27 + OSL-12-2  assess/officer  permission',
      '      Den skulle bära.',
      '      - Behövs det?',
    ]);
    expect(textOf(answer([]), 'en')).toContain('  Grounds that would carry it\n    none\n');
  });
});
