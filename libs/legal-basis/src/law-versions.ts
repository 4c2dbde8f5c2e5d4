import { PURPOSES, type TestCode } from './codes.js';
import { addDays } from './dates.js';
import { COOPERATION, type Scenario, type Expected, type Row } from './fixtures.js';
import { purposes } from './law-lists.js';

/**
 * Every version of every basis, transcribed from law.md 1.3 and 1.4 and not from the rules: what it is called, between which days it
 * holds, and which tests an officer answers.
 */
export interface Version {
  readonly basis: string;
  readonly from: string;
  readonly until?: string;
  readonly sfs: string;
  readonly force: 'duty' | 'permission';
  readonly initiatives: readonly ('own' | 'request')[];
  readonly tests: readonly TestCode[];
  /** A disclosure that this version carries. */
  readonly carries: Omit<Scenario, 'bases' | 'on' | 'assessments'>;
  /** On the day before `from`, on `from`, and on `until`. `P` unless said. */
  readonly before: Expected;
  readonly first?: Expected;
  readonly after?: Expected;
}
const FK = 'fk/kontroll';
const POLIS = 'polis/noa';
const SOC = 'kommun/socialnamnden';
const LSS = 'kommun/lss-namnden';
const crime = (code: string) => ({ crime: code, offenceStage: 'completed' });
const investigate = { purpose: 'investigate-crime', to: POLIS };

const LUF = {
  basis: 'LUF-2008-206-3',
  force: 'duty',
  initiatives: ['own'],
  tests: ['ANLEDNING', 'EJ_SARSKILDA'],
  before: 'P',
} as const;
const LUV = {
  basis: 'LUV-2024-307-2',
  force: 'duty',
  initiatives: ['own', 'request'],
  tests: ['BEHOV', 'EJ_OVERVAGANDE'],
} as const;
const PERMISSION = { force: 'permission', initiatives: ['own', 'request'], before: 'D' } as const;
const LBM = {
  force: 'duty',
  initiatives: ['own', 'request'],
  from: '2025-04-01',
  sfs: '2025:170',
  before: 'D',
} as const;

export const versions: readonly Version[] = [
  {
    ...LUF,
    from: '2008-06-01',
    until: '2020-01-01',
    sfs: '2008:206',
    // No provision: OSL, whose provisions items name, is of 2009.
    carries: { from: 'csn/csn', to: FK, secrecy: [] },
    before: 'D',
  },
  {
    ...LUF,
    from: '2020-01-01',
    until: '2024-01-01',
    sfs: '2019:653',
    carries: { from: LSS, to: FK, secrecy: ['26:1'] },
    before: 'D',
  },
  {
    ...LUF,
    from: '2024-01-01',
    until: '2026-01-01',
    sfs: '2023:459',
    carries: { from: 'um/um', to: FK, secrecy: ['40:7d'] },
    before: 'D',
  },
  {
    ...LUF,
    from: '2026-01-01',
    sfs: '2025:1271',
    carries: { from: 'region/halsa', to: FK, secrecy: ['31:16'] },
    before: 'D',
  },
  {
    basis: 'LSS-15-10',
    force: 'duty',
    initiatives: ['own'],
    tests: ['ANLEDNING'],
    from: '1994-01-01',
    sfs: '1993:387',
    carries: { from: LSS, to: FK, secrecy: [] },
    before: 'D',
    // The day point 10 came into force was not read.
    first: 'legal-question',
  },
  {
    ...LUV,
    from: '2024-07-01',
    until: '2025-09-08',
    sfs: '2024:307',
    carries: { from: FK, to: SOC, secrecy: ['28:1'] },
    before: 'D',
  },
  {
    ...LUV,
    from: '2025-09-08',
    sfs: '2025:761',
    carries: { from: 'ehm/ehm', to: FK, secrecy: ['21:1'] },
    before: 'D',
  },
  {
    ...PERMISSION,
    basis: 'OSL-10-15a',
    tests: ['BEHOV', 'EJ_OVERVAGANDE', 'ANDAMAL'],
    from: '2025-12-01',
    sfs: '2025:934',
    carries: { from: SOC, to: POLIS, purpose: 'prevent-crime', secrecy: ['26:1'] },
  },
  {
    ...PERMISSION,
    basis: 'OSL-10-23',
    tests: ['MISSTANKE', 'ANDAMAL'],
    from: '2023-01-02',
    until: '2025-04-01',
    sfs: '2022:1495',
    carries: { ...investigate, from: SOC, secrecy: ['26:1'], facts: crime('ran') },
    // Another test from the day: an answer to the old one says nothing.
    after: 'officer',
  },
  {
    ...PERMISSION,
    basis: 'OSL-10-23',
    tests: ['BETYDELSE', 'ANDAMAL'],
    from: '2025-04-01',
    sfs: '2025:179',
    carries: { ...investigate, from: SOC, secrecy: ['26:1'], facts: crime('grovt-bidragsbrott') },
  },
  {
    ...PERMISSION,
    basis: 'OSL-10-24',
    tests: ['MISSTANKE', 'PAFOLJD', 'ANDAMAL'],
    from: '2023-01-01',
    until: '2025-04-01',
    sfs: '2022:916',
    carries: { ...investigate, from: FK, secrecy: ['28:1'], facts: crime('bidragsbrott') },
    first: 'legal-question',
  },
  {
    ...PERMISSION,
    basis: 'OSL-10-24',
    tests: ['MISSTANKE', 'ANDAMAL'],
    from: '2025-04-01',
    sfs: '2025:179',
    carries: { ...investigate, from: FK, secrecy: ['28:1'], facts: crime('bidragsbrott') },
    before: 'officer',
  },
  {
    ...PERMISSION,
    basis: 'OSL-10-27',
    tests: ['FORUTSATTNINGAR', 'UPPENBART', 'ANDAMAL'],
    from: '2022-01-01',
    sfs: '2021:644',
    carries: { from: FK, to: POLIS, purpose: 'prevent-crime', secrecy: ['28:1'] },
  },
  {
    ...LBM,
    basis: 'LBM-2025-170-6',
    tests: ['BEHOV', 'EJ_STAR_KLART'],
    carries: { from: 'kommun/tillstandsnamnden', to: POLIS, purpose: 'prevent-crime', secrecy: ['30:20'] },
  },
  {
    ...LBM,
    basis: 'LBM-2025-170-7',
    tests: ['BEHOV', 'EJ_OVERVAGANDE'],
    carries: {
      from: 'kommun/utbildningsnamnden',
      to: POLIS,
      purpose: 'prevent-crime',
      secrecy: ['23:2'],
      category: 'school-record',
    },
  },
  {
    basis: 'LUS-2016-774-2',
    force: 'duty',
    initiatives: ['own', 'request'],
    tests: ['FORUTSATTNINGAR', 'BEHOV', 'EJ_OVERVAGANDE'],
    from: '2016-08-15',
    sfs: '2016:774',
    carries: {
      from: FK,
      to: POLIS,
      purpose: 'prevent-crime',
      secrecy: ['28:1'],
      cooperationDecision: COOPERATION,
    },
    before: 'D',
    // The list of 2016 was not read.
    first: 'legal-question',
  },
  {
    basis: 'SOL-15-4',
    force: 'duty',
    initiatives: ['request'],
    tests: ['FORUTSATTNINGAR'],
    from: '2025-07-01',
    sfs: '2025:400',
    carries: {
      from: SOC,
      to: FK,
      secrecy: ['26:1'],
      category: 'paid-financial-assistance',
      initiative: 'request',
    },
    before: 'D',
  },
];

/** Both sides of every date, and every test answered, left out and answered with a stop. */
export const versionRows: readonly Row[] = versions.flatMap((version): Row[] => {
  const { basis, from, until, tests, carries, before, first = 'P', after = 'P' } = version;
  const row = `${basis}@${from}`;
  const last = until === undefined ? undefined : addDays(until, -1);
  // A day on which nothing about the version is open
  const on = last ?? '2026-11-23';
  const all = { ...carries, bases: [basis], assessments: { exactly: tests } };
  return [
    { row, says: 'the day before', ...all, on: addDays(from, -1), expected: before },
    { row, says: 'the first day', ...all, on: from, expected: first },
    ...(until === undefined || last === undefined
      ? []
      : [
          { row, says: 'the last day', ...all, on: last, expected: 'P' as const },
          { row, says: 'the day after', ...all, on: until, expected: after },
        ]),
    { row, says: 'every test answered', ...all, on, expected: 'P' },
    ...tests.flatMap((test): Row[] => [
      {
        row,
        says: `${test} not answered`,
        ...all,
        on,
        assessments: { exactly: tests.filter((other) => other !== test) },
        expected: 'officer',
      },
      { row, says: `${test} stops`, ...all, on, assessments: { exactly: tests, stop: test }, expected: 'D' },
    ]),
    ...PURPOSES.map((purpose): Row => ({
      row,
      says: purpose,
      ...all,
      // Nothing that 10:23 rules, so that its relation to 10:15 a does not arise
      ...(basis === 'OSL-10-15a' ? { secrecy: ['30:20'] } : {}),
      on,
      purpose,
      expected: purposes[basis]?.includes(purpose) === true ? 'P' : 'D',
    })),
    ...(['own', 'request'] as const).map((initiative): Row => ({
      row,
      says: `on ${initiative}`,
      ...all,
      on,
      initiative,
      expected: version.initiatives.includes(initiative) ? 'P' : 'D',
    })),
  ];
});
