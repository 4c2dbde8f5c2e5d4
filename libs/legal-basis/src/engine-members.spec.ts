import { describe, expect, test } from '@jest/globals';
import { check, verdictCodes } from './check.js';
import { directory, inputOf, newestRuleSet, type DirectoryOptions, type Scenario } from './fixtures.js';
import type { BasisVersion, PenaltyScale, RuleSet } from './types.js';

/** A made-up basis that carries 26:1 from the social board to the police, and what one more member does to it. */
const BASIS: BasisVersion = {
  id: 'PROV',
  citation: 'provlag 1 §',
  titleSv: 'prov',
  titleEn: 'trial',
  sfs: '2026:1',
  from: '2020-01-01',
  source: 'none',
  certainty: 'A',
  confirmedUntil: '2026-11-23',
  force: 'duty',
  clock: 'none',
  initiatives: ['own', 'request'],
  sender: { any: [{}] },
  recipient: { any: [{}] },
  points: { '-': ['*'] },
  tests: [{ test: 'BEHOV' }],
  reach: {},
};
const scales: readonly PenaltyScale[] = [
  {
    crime: 'okand-skala',
    nameSv: 'prov',
    nameEn: 'trial',
    from: '2020-01-01',
    minMonths: 0,
    imprisonment: true,
    unread: true,
    group: 'prov',
    citation: 'provlag',
    certainty: 'M',
  },
];
const ruleSetWith = (member: Partial<BasisVersion>): RuleSet => {
  const newest = newestRuleSet();
  return {
    ...newest,
    versions: [...newest.versions, { ...BASIS, ...member }],
    penaltyScales: [...newest.penaltyScales, ...scales],
  };
};
const SCENARIO: Scenario = {
  from: 'kommun/socialnamnden',
  to: 'polis/noa',
  bases: ['PROV'],
  secrecy: ['26:1'],
  purpose: 'prevent-crime',
};
const verdictOf = (member: Partial<BasisVersion>, scenario: Partial<Scenario> = {}, options: DirectoryOptions = {}) =>
  check(inputOf({ ...SCENARIO, ...scenario }, directory(options), ruleSetWith(member)));
const said = (verdict: ReturnType<typeof verdictOf>): string => {
  const { outcome, codes } = verdictCodes(verdict);
  const kind = verdict.outcome === 'assess' ? `/${verdict.kind}` : '';
  return [`${outcome}${kind}`, ...codes.filter((code) => code.includes('PROV'))].join('; ');
};
const position = (question: string, answer: 'allows' | 'prevents'): DirectoryOptions => ({
  positions: [{ question, answer, from: '2020-01-01' }],
});

test('the made-up basis carries', () => expect(said(verdictOf({}))).toBe('permit'));

test('a basis that some sender could use without any officer is no rule', () => {
  for (const tests of [
    [{ test: 'BEHOV', notOf: [{ agencies: ['fk'] }] }],
    [{ test: 'BEHOV', initiative: 'own' as const }],
  ])
    expect(() => verdictOf({ tests })).toThrow('RULE_SET_INVALID');
});

describe('pairs', () => {
  const pairs = [
    {
      sender: [{ sector: 'kommun' as const }],
      recipient: [{ agencies: ['polis'] }],
      initiatives: ['request' as const],
    },
    { sender: [{ agencies: ['polis'] }], recipient: [{ sector: 'kommun' as const }] },
  ];
  const back = { from: 'polis/noa', to: 'kommun/socialnamnden' };
  test.each([
    [{ initiative: 'request' } as const, 'permit'],
    [{}, 'deny; INITIATIVE_NOT_COVERED PROV - own'],
    [back, 'permit'],
    [{ to: 'fk/kontroll' }, 'deny; PARTIES_NOT_COVERED PROV - -'],
    [
      { from: 'kommun/bolaget', initiative: 'request' } as const,
      'assess/legal-question; OPEN_QUESTION PROV 26:1 party-status',
    ],
  ])('%j: %s', (scenario, expected) => expect(said(verdictOf({ pairs }, scenario))).toBe(expected));
});

test('within one municipality', () => {
  const member = { sameParticipant: true };
  expect(said(verdictOf(member, { to: 'kommun/lss-namnden' }))).toBe('permit');
  expect(said(verdictOf(member))).toBe('deny; NOT_SAME_MUNICIPALITY PROV - -');
});

describe('ages', () => {
  const ages = [{ fact: 'ageBand' as const, covers: ['15-17', '18-20'] }];
  test.each([
    ['18-20', 'permit'],
    ['21-plus', 'deny; AGE_NOT_COVERED PROV - ageBand'],
    ['no-person', 'deny; AGE_NOT_COVERED PROV - ageBand'],
    ['unknown', 'assess/officer; AGE_UNKNOWN PROV 26:1 -'],
  ])('%s: %s', (ageBand, expected) => expect(said(verdictOf({ ages }, { derived: { ageBand } }))).toBe(expected));
  test('not derived', () =>
    expect(said(verdictOf({ ages }, { without: ['ageBand'] }))).toBe('deny; FACT_MISSING PROV - ageBand'));
  test('a question where the text leaves it open', () => {
    const asked = { ages: [{ fact: 'ageBand' as const, covers: ['21-plus'], question: 'consent-of-minor' }] };
    const young = { derived: { ageBand: '15-17' } };
    expect(said(verdictOf(asked, young))).toBe('assess/legal-question; OPEN_QUESTION PROV 26:1 consent-of-minor');
    expect(said(verdictOf(asked, young, position('consent-of-minor', 'allows')))).toBe('permit');
    expect(said(verdictOf(asked, young, position('consent-of-minor', 'prevents')))).toBe(
      'deny; POSITION_PREVENTS PROV - consent-of-minor',
    );
  });
});

describe('whom an item is about', () => {
  test.each([
    [{ covers: ['other-person'] }, 'deny; ABOUT_NOT_COVERED PROV 26:1 -'],
    [{ covers: ['subject'] }, 'permit'],
    [{ covers: ['other-person'], recipient: [{ agencies: ['fk'] }] }, 'permit'],
    [
      { covers: ['other-person'], question: 'consent-of-others' },
      'assess/legal-question; OPEN_QUESTION PROV 26:1 consent-of-others',
    ],
  ])('%j: %s', (rule, expected) => expect(said(verdictOf({ about: [rule] }))).toBe(expected));
});

test('what is stated may belong under another provision', () => {
  const forbids = [{ fact: 'offenceStage', equals: 'completed' }];
  expect(said(verdictOf({ forbids }))).toBe('permit');
  const stated = { facts: { crime: 'ran', offenceStage: 'completed' } };
  expect(said(verdictOf({ forbids }, stated))).toBe('deny; FACT_EXCLUDES PROV - offenceStage');
});

describe('crimes', () => {
  const stated = (crime: string): Partial<Scenario> => ({ facts: { crime, offenceStage: 'completed' } });
  test.each([
    [{ rule: 'listed', groups: ['prov'] } as const, 'okand-skala', 'permit'],
    [{ rule: 'listed', groups: ['other'] } as const, 'okand-skala', 'deny; CRIME_NOT_COVERED PROV - crime'],
    [{ rule: 'imprisonment' } as const, 'okand-skala', 'deny; CRIME_UNKNOWN PROV - crime'],
    [{ rule: 'minimum', completedMonths: 0 } as const, 'okand-skala', 'deny; CRIME_UNKNOWN PROV - crime'],
    [{ rule: 'minimum', completedMonths: 18 } as const, 'ran', 'permit'],
    [
      { rule: 'minimum', completedMonths: 18, groups: ['prov'] } as const,
      'ran',
      'deny; CRIME_NOT_COVERED PROV - crime',
    ],
  ])('%j with %s: %s', (penalty, crime, expected) =>
    expect(said(verdictOf({ penalty }, stated(crime)))).toBe(expected),
  );
});

test('a precondition is asked of those alone whom the text does not name', () => {
  const tests = [{ test: 'BEHOV' }, { test: 'FORUTSATTNINGAR', notOf: [{ agencies: ['polis'] }] }];
  const answered = { assessments: { only: ['BEHOV'] } } as const;
  expect(said(verdictOf({ tests }, { from: 'polis/noa', to: 'fk/kontroll', ...answered }))).toBe('permit');
  expect(said(verdictOf({ tests }, answered))).toBe('assess/officer; ASSESSMENT_MISSING PROV 26:1 FORUTSATTNINGAR');
});

test('an agency that the text leaves out', () => {
  const sender = { any: [{ notAgencies: ['fk'] }] };
  expect(said(verdictOf({ sender }))).toBe('permit');
  expect(said(verdictOf({ sender }, { from: 'fk/kontroll' }))).toBe('deny; SENDER_NOT_COVERED PROV - -');
});

test('an unconfirmed reading is told, and a position settles it', () => {
  const readings = [{ provisions: 'SET-OSL-10-23', question: 'duty-vs-10-23' }];
  expect(said(verdictOf({ readings }))).toBe('permit; READING_UNCONFIRMED PROV - duty-vs-10-23');
  expect(said(verdictOf({ readings }, { secrecy: ['28:1'] }))).toBe('permit');
  expect(said(verdictOf({ readings }, {}, position('duty-vs-10-23', 'allows')))).toBe('permit');
  expect(said(verdictOf({ readings }, {}, position('duty-vs-10-23', 'prevents')))).toBe(
    'deny; POSITION_PREVENTS PROV 26:1 duty-vs-10-23',
  );
});

test('a text known to lapse is open from the day after its last confirmed one', () => {
  const member = { confirmedUntil: '2026-06-30', staleAfterDays: 0 };
  expect(said(verdictOf(member, { on: '2026-06-30' }))).toBe('permit');
  expect(said(verdictOf(member, { on: '2026-07-01' }))).toContain(
    'assess/legal-question; OPEN_QUESTION PROV 26:1 text-unconfirmed:PROV@2020-01-01',
  );
});
