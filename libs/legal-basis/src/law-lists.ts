import { PURPOSES, type TestCode } from './codes.js';
import { authorities, COOPERATION, type Scenario, type Expected, type Row } from './fixtures.js';

/** law.md 1.1 and 1.2, and the membership matrix 2.3, transcribed from there and not from the rules. */
const COMMON = ['29:1', '29:2', '31:1-st1', '31:2', '31:12', '33:2', '33:4a', '36:3', '40:2', '40:5'];
const range = (chapter: number, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => `${chapter}:${first + at}`);
const CHAPTER_25 = ['25:1', '25:2-st1', '25:2-st2', ...range(25, 3, 8)];
const CHAPTER_26 = [...range(26, 1, 6), '26:1a-st1', '26:1a-st2'];
const BELOW_21 = ['15:1', '15:2', '18:1', '18:2', '18:3', '19:3-st1', '19:3-st2', '20:1'];
const ABOVE_40 = ['41:1', '42:1', '43:1'];
const SET_10_23 = [
  ...['24:2a', '24:8', '25:1', '25:2-st2', ...range(25, 3, 8), '26:1', '26:1a-st2', ...range(26, 2, 6)],
  ...['31:1-st1', '31:2', '31:12', '33:2', '33:4a', '36:3', '40:2', '40:5'],
];
const IN_21_40 = [
  ...[
    '21:1',
    '21:3',
    '22:1',
    '23:1',
    '23:2',
    '24:1',
    '24:3',
    '25:8a',
    '25:9',
    '25:15',
    '26:7',
    '26:8',
    '26:11',
    '26:12',
  ],
  ...['24:2a', '24:8', ...CHAPTER_25, ...CHAPTER_26, ...COMMON, '27:1', '28:1', '29:3', '30:20', '31:1-st2', '31:3'],
  ...['31:16', '32:1', '33:1', '33:3', '34:1', '35:1', '35:3', '36:2', '37:1', '38:1', '39:1', '40:1', '40:3', '40:7d'],
];
/** Set → what it holds on its first day and today. */
export const sets: { readonly [id: string]: { readonly from: string; readonly holds: readonly string[] } } = {
  'EX-OSL-10-15a': {
    from: '2025-12-01',
    holds: [
      ...['24:2a', '24:8', '25:1', '25:2-st1', '25:2-st2', '25:3', '25:4', '25:5', '25:8', '26:1a-st1'],
      ...['26:3', '26:4', '26:6', ...COMMON],
    ],
  },
  'EX-OSL-10-27': { from: '2022-01-01', holds: ['24:2a', '24:8', ...CHAPTER_25, ...CHAPTER_26, ...COMMON] },
  'SET-OSL-10-23': { from: '2023-01-02', holds: SET_10_23 },
  'NOT-OSL-10-24': { from: '2023-01-01', holds: [...SET_10_23, '25:2-st1', '26:1a-st1'] },
  'EX-2024-307-2': {
    from: '2024-07-01',
    holds: [...BELOW_21, '24:2a', '24:8', ...CHAPTER_25, ...CHAPTER_26, ...COMMON, ...ABOVE_40],
  },
  'EX-2024-307-4': {
    from: '2024-07-01',
    holds: ['15:1', '15:2', '24:2a', '24:8', ...CHAPTER_25, ...CHAPTER_26, ...COMMON],
  },
  'EX-2025-170-8': {
    from: '2025-04-01',
    holds: ['24:8', ...CHAPTER_25, '25:15', ...CHAPTER_26, '40:2', '40:5'],
  },
  'EX-2008-206-2': { from: '2026-01-01', holds: ['25:1', '25:2-st1', '25:2-st2', '25:4', '25:5'] },
  'KAP-21-40': { from: '2009-06-30', holds: IN_21_40 },
  'KAP-23': { from: '2009-06-30', holds: ['23:1', '23:2'] },
  HEALTH: { from: '2009-06-30', holds: CHAPTER_25 },
  'EX-ALL-CH10': { from: '2009-06-30', holds: ['35:3'] },
  // law.md 1.3 and 1.4, what single sections name
  NONE: { from: '2009-06-30', holds: [] },
  SOCIAL: { from: '2009-06-30', holds: ['26:1'] },
  'SOCIAL-AND-HEALTH': { from: '2009-06-30', holds: ['25:1', '26:1'] },
  INVESTIGATED: { from: '2009-06-30', holds: ['35:1'] },
  'SET-OSL-10-18b': { from: '2025-04-01', holds: ['25:1', '25:2-st2', '26:1'] },
  'SET-OSL-10-21': { from: '2023-01-01', holds: ['25:1', '26:1', '26:3', '26:4', '26:6', '33:2', '33:4a'] },
  'EX-OSL-12-2': { from: '2009-06-30', holds: [...BELOW_21, '35:3'] },
  'EX-FOL-32c': { from: '2009-06-30', holds: ['24:8'] },
};
/** Everything above, and some that no set holds: what a set must not hold is looked for here. */
export const provisionsAsked: readonly string[] = [
  ...new Set([...Object.values(sets).flatMap(({ holds }) => holds), '44:1']),
];

type Reach = Expected;
const D: Reach = 'D';
const P: Reach = 'P';
const Q: Reach = 'legal-question';
const COLUMNS: readonly Omit<Scenario, 'secrecy'>[] = [
  { bases: ['OSL-10-15a'], from: 'kommun/kommunstyrelsen', to: 'polis/noa', purpose: 'prevent-crime' },
  {
    bases: ['OSL-10-23'],
    from: 'kommun/kommunstyrelsen',
    to: 'polis/noa',
    purpose: 'investigate-crime',
    facts: { crime: 'ran', offenceStage: 'completed' },
  },
  {
    bases: ['OSL-10-24'],
    from: 'kommun/kommunstyrelsen',
    to: 'polis/noa',
    purpose: 'investigate-crime',
    facts: { crime: 'ran', offenceStage: 'completed' },
  },
  { bases: ['OSL-10-27'], from: 'kommun/kommunstyrelsen', to: 'polis/noa', purpose: 'prevent-crime' },
  {
    bases: ['LUS-2016-774-2'],
    from: 'fk/kontroll',
    to: 'polis/noa',
    purpose: 'prevent-crime',
    cooperationDecision: COOPERATION,
  },
  { bases: ['LUF-2008-206-3'], from: 'kommun/kommunstyrelsen', to: 'fk/kontroll' },
  { bases: ['LUV-2024-307-2'], from: 'kommun/kommunstyrelsen', to: 'fk/kontroll' },
  { bases: ['LBM-2025-170-6'], from: 'kommun/kommunstyrelsen', to: 'polis/noa', purpose: 'prevent-crime' },
];
/** law.md 1.2: reach minus what is always assessed. Columns as above. */
const MATRIX: readonly (readonly [readonly string[], readonly Reach[]])[] = [
  [
    ['18:1', '18:2', '18:3'],
    [D, D, P, P, P, P, D, P],
  ],
  [['19:3-st1'], [D, D, P, P, P, P, D, P]],
  [['19:3-st2'], [D, D, Q, Q, Q, Q, D, Q]],
  [['22:1'], [P, D, P, P, P, P, P, P]],
  [
    ['22:2', '21:3', '21:3-st1', '21:3-st3', '21:3a'],
    ['protected', D, 'protected', 'protected', 'protected', 'protected', 'protected', 'protected'],
  ],
  // 23 kap. under 2025:170 5–7 §§ is reached through 7 §, not through 6 §
  [
    ['23:1', '23:2'],
    [P, D, P, P, P, P, P, D],
  ],
  [['24:8'], [D, Q, D, D, Q, Q, D, D]],
  [['25:1'], [D, P, D, D, Q, Q, D, D]],
  [['26:1'], [P, P, D, D, P, P, D, D]],
  [
    ['26:3', '26:4', '26:6'],
    [D, P, D, D, P, P, D, D],
  ],
  [
    ['27:1', '27:2', '28:1', '28:4', '28:11', '28:12', '28:13', '30:20', '30:27', '31:16', '34:1', '34:2', '35:1'],
    [P, D, P, P, P, P, P, P],
  ],
  [
    ['37:1', '40:7d', '26:11', '26:12'],
    [P, D, P, P, P, P, P, P],
  ],
  [
    ['33:2', '33:4a'],
    [D, P, D, D, P, P, D, P],
  ],
  [
    ['40:2', '40:5'],
    [D, P, D, D, P, P, D, D],
  ],
  [['35:3'], [D, D, D, D, D, D, D, D]],
];
export const reachRows: readonly Row[] = MATRIX.flatMap(([provisions, reaches]) =>
  provisions.flatMap((provision) =>
    COLUMNS.map((column, at): Row => ({
      row: '1.2',
      says: `${column.bases.join()} and ${provision}`,
      ...column,
      secrecy: [provision],
      expected: reaches[at] ?? 'D',
    })),
  ),
);

/** Who may send and receive today, by list of the fixtures' authorities; and from which day the dated ones. */
export const CRIME = [
  'polis/noa',
  'sapo/sapo',
  'am/aklagare',
  'ebm/ebm',
  'ebm/ekonomi',
  'tv/tull',
  'kbv/kbv',
  'skv/brott',
];
export const KOMMUN = [
  ...['kommun/socialnamnden', 'kommun/lss-namnden', 'kommun/utbildningsnamnden', 'kommun/tillstandsnamnden'],
  ...['kommun/upphandling', 'kommun/hemsjukvard', 'kommun/statistik', 'kommun/kommunstyrelsen', 'kommun/miljonamnden'],
];
export const SKV = ['skv/beskattning', 'skv/brott'];
const LUV = [
  ...['af/af', 'bv/bv', 'csn/csn', 'ehm/ehm', 'fk/kontroll', 'ivo/ivo', 'kfm/kfm', 'mig/mig', 'pens/pension'],
  ...SKV,
  ...KOMMUN,
  'kassan/akassa',
];
export const EVERY = authorities
  .map(({ id }) => id)
  .filter((id) => !['friskolan/skola', 'utforare/assistans', 'kommun/bolaget', 'driften/bearbetare'].includes(id));
const LUS = [
  ...['af/af', 'av/av', 'bv/bv', 'csn/csn', 'ebm/ebm', 'fi/fi', 'ftn/ftn', 'fk/kontroll', 'isp/isp', 'ivo/ivo'],
  ...['kk/kk', 'kv/kv', 'kfm/kfm', 'kbv/kbv', 'mig/mig', 'pens/pension', 'polis/noa', ...SKV, 'sapo/sapo', 'tvv/tvv'],
  ...['trv/trv', 'ts/ts', 'tv/tull', 'um/um'],
];
/** Whom the text covers. A municipal company is an open question wherever an act says "kommun". */
export interface Parties {
  readonly send: readonly string[];
  readonly receive: readonly string[];
}
export const parties: { readonly [basis: string]: Parties } = {
  'LUF-2008-206-3': {
    send: [
      ...['mig/mig', 'fk/kontroll', 'pens/pension', 'skv/beskattning', 'kfm/kfm', 'um/um', 'csn/csn', 'af/af'],
      ...[...KOMMUN, 'region/halsa', 'kassan/akassa'],
    ],
    receive: ['mig/mig', 'fk/kontroll', 'pens/pension', 'csn/csn', 'af/af', ...KOMMUN, 'kassan/akassa'],
  },
  'LUV-2024-307-2': { send: LUV, receive: LUV },
  'LUS-2016-774-2': { send: LUS, receive: [...LUS, 'am/aklagare'] },
  'LBM-2025-170-6': { send: [...KOMMUN, 'region/halsa'], receive: CRIME },
  'LBM-2025-170-7': { send: ['kommun/utbildningsnamnden', 'friskolan/skola'], receive: ['polis/noa'] },
  'LSS-15-10': { send: KOMMUN, receive: ['fk/kontroll'] },
  'SOL-15-4': { send: ['kommun/socialnamnden'], receive: EVERY.filter((id) => id !== 'kassan/akassa') },
  'OSL-10-15a': { send: EVERY, receive: EVERY },
  'OSL-10-23': { send: EVERY, receive: CRIME },
  'OSL-10-24': { send: EVERY, receive: CRIME },
  'OSL-10-27': { send: EVERY, receive: EVERY },
};
/** Party status that is open: municipal companies (law.md 6.1 point 6). */
export const OPEN_PARTY = 'kommun/bolaget';

const lus = {
  bases: ['LUS-2016-774-2'],
  purpose: 'prevent-crime',
  secrecy: ['21:1'],
  cooperationDecision: COOPERATION,
} as const;
const entry = (agency: string, day: string, on: string, expected: Expected, to = 'polis/noa'): Row => ({
  row: '2.3',
  says: `${agency} on the list from ${day}`,
  ...lus,
  from: agency,
  to,
  on,
  expected,
});
/** law.md 2.3: the day of entry and the day before. */
export const entryRows: readonly Row[] = [
  ...['av/av', 'bv/bv', 'csn/csn', 'ivo/ivo'].flatMap((agency) => [
    entry(agency, '2022-05-01', '2022-04-30', 'D'),
    entry(agency, '2022-05-01', '2022-05-01', 'P'),
  ]),
  ...['ts/ts', 'trv/trv'].flatMap((agency) => [
    entry(agency, '2025-01-01', '2024-12-31', 'D'),
    entry(agency, '2025-01-01', '2025-01-01', 'P'),
  ]),
  ...['isp/isp', 'kk/kk'].flatMap((agency) => [
    entry(agency, '2025-07-01', '2025-06-30', 'D'),
    entry(agency, '2025-07-01', '2025-07-01', 'P'),
  ]),
  // Day unconfirmed, some day between May and November 2024
  entry('um/um', '2024', '2024-04-30', 'D'),
  entry('um/um', '2024', '2024-05-01', 'legal-question'),
  entry('um/um', '2024', '2024-11-30', 'legal-question'),
  entry('um/um', '2024', '2024-12-01', 'P'),
  // On the list before the extension of May 2022; since when was not read
  ...['af/af', 'ebm/ebm', 'fk/kontroll', 'kfm/kfm', 'kv/kv', 'kbv/kbv', 'mig/mig', 'skv/beskattning'].flatMap(
    (agency) => [
      entry(agency, '2022-05-01', '2022-04-30', 'legal-question'),
      entry(agency, '2022-05-01', '2022-05-01', 'P'),
    ],
  ),
  ...['fi/fi', 'pens/pension', 'tvv/tvv'].flatMap((agency) => [
    entry(agency, 'by 2022', '2016-08-15', 'legal-question'),
    entry(agency, 'by 2022', '2022-12-31', 'legal-question'),
    entry(agency, 'by 2022', '2023-01-01', 'P'),
  ]),
  entry('ftn/ftn', 'wording 2022:770', '2022-04-30', 'D'),
  entry('ftn/ftn', 'wording 2022:770', '2022-05-01', 'legal-question'),
  entry('ftn/ftn', 'wording 2022:770', '2024-04-30', 'legal-question'),
  entry('ftn/ftn', 'wording 2022:770', '2024-05-01', 'P'),
  entry('fk/kontroll', '2022-05-01', '2022-04-30', 'legal-question', 'am/aklagare'),
  entry('fk/kontroll', '2022-05-01', '2022-05-01', 'P', 'am/aklagare'),
];
const luf = { bases: ['LUF-2008-206-3'], row: '2.3' } as const;
/** lag (2008:206) 1–2 §§ */
export const lufRows: readonly Row[] = [
  {
    ...luf,
    says: 'kommun decides',
    from: 'fk/kontroll',
    to: 'kommun/socialnamnden',
    secrecy: ['28:1'],
    on: '2019-12-31',
    derived: { benefit: 'ekonomiskt-bistand' },
    expected: 'legal-question',
  },
  {
    ...luf,
    says: 'kommun decides',
    from: 'fk/kontroll',
    to: 'kommun/socialnamnden',
    secrecy: ['28:1'],
    on: '2020-01-01',
    derived: { benefit: 'ekonomiskt-bistand' },
    expected: 'P',
  },
  {
    ...luf,
    says: 'PM as sender, day unread',
    from: 'pens/pension',
    to: 'fk/kontroll',
    secrecy: ['28:1'],
    on: '2019-12-31',
    expected: 'legal-question',
  },
  {
    ...luf,
    says: 'PM as sender',
    from: 'pens/pension',
    to: 'fk/kontroll',
    secrecy: ['28:1'],
    on: '2020-01-01',
    expected: 'P',
  },
  {
    ...luf,
    says: 'before Pensionsmyndigheten',
    from: 'pens/pension',
    to: 'fk/kontroll',
    secrecy: ['28:1'],
    on: '2009-12-31',
    expected: 'D',
  },
  {
    ...luf,
    says: 'PM exists',
    from: 'pens/pension',
    to: 'fk/kontroll',
    secrecy: ['28:1'],
    on: '2010-01-01',
    expected: 'legal-question',
  },
  {
    ...luf,
    says: 'law enforcement at Skatteverket is exempt',
    from: 'skv/brott',
    to: 'fk/kontroll',
    secrecy: ['35:1'],
    expected: 'D',
  },
  {
    ...luf,
    says: 'Skatteverket decides no benefit',
    from: 'fk/kontroll',
    to: 'skv/beskattning',
    secrecy: ['28:1'],
    expected: 'D',
  },
  {
    ...luf,
    says: 'another than the one who decided',
    from: 'skv/beskattning',
    to: 'csn/csn',
    secrecy: ['27:1'],
    expected: 'D',
  },
  {
    ...luf,
    says: 'a region and other chapter 25 data',
    from: 'region/halsa',
    to: 'fk/kontroll',
    secrecy: ['25:2-st1'],
    expected: 'D',
  },
  ...(
    [
      'lonestod:af/af',
      'studiemedel:csn/csn',
      'dagersattning:mig/mig',
      'arbetsloshetsersattning:kassan/akassa',
      'alderspension:pens/pension',
      'bostadstillagg:pens/pension',
      'sjukpenning:fk/kontroll',
      'ekonomiskt-bistand:kommun/socialnamnden',
    ] as const
  ).map((pair): Row => {
    const [benefit = '', to = ''] = pair.split(':');
    return {
      ...luf,
      says: `${benefit} is decided by ${to}`,
      from: 'kfm/kfm',
      to,
      secrecy: ['34:1'],
      derived: { benefit },
      expected: 'P',
    };
  }),
];

/** Deciders of every benefit today; the rest of the closed list is FK's. */
const FK_BENEFITS = ['assistansersattning', 'sjukersattning', 'foraldrapenning', 'tillfallig-foraldrapenning'];
const MORE_FK_BENEFITS = ['bostadsbidrag', 'underhallsstod', 'aktivitetsstod', 'bostadstillagg'];
const first = { bases: ['LUF-2008-206-3'], to: 'fk/kontroll', secrecy: [], on: '2008-06-01', row: '1.7' } as const;
/** Both sides of entries that no version of a basis shares. */
export const firstDayRows: readonly Row[] = [
  ...[...FK_BENEFITS, ...MORE_FK_BENEFITS].map((benefit): Row => ({
    ...first,
    says: `${benefit} is decided by FK`,
    from: 'kfm/kfm',
    on: '2026-11-23',
    derived: { benefit },
    expected: 'P',
  })),
  ...['kassan/akassa', 'kfm/kfm', 'skv/beskattning', 'af/af', 'mig/mig'].map((from): Row => ({
    ...first,
    says: `${from} from the beginning`,
    from,
    expected: 'P',
  })),
  {
    ...first,
    says: 'kommun decides from the beginning, unread',
    from: 'fk/kontroll',
    to: 'kommun/socialnamnden',
    derived: { benefit: 'ekonomiskt-bistand' },
    expected: 'legal-question',
  },
  {
    row: '1.7',
    says: 'an unemployment fund from the first day',
    bases: ['LUV-2024-307-2'],
    from: 'kassan/akassa',
    to: 'fk/kontroll',
    secrecy: ['28:13'],
    on: '2024-07-01',
    expected: 'P',
  },
  {
    row: '1.7',
    says: 'law enforcement at Skatteverket from the first day',
    bases: ['LBM-2025-170-6'],
    from: 'kommun/tillstandsnamnden',
    to: 'skv/brott',
    purpose: 'prevent-crime',
    secrecy: ['30:20'],
    on: '2025-04-01',
    expected: 'P',
  },
  entry('ebm/ebm', 'the beginning, unread', '2016-08-15', 'legal-question'),
  entry('fk/kontroll', 'the beginning, unread', '2016-08-15', 'legal-question', 'am/aklagare'),
];

const anyAuthority = { from: 'kommun/kommunstyrelsen', to: 'polis/noa', purpose: 'investigate-crime' } as const;
const offence = (crime: string, offenceStage: string) => ({ crime, offenceStage });
const threshold = (on: string, crime: string, stage: string, expected: Expected): Row => ({
  row: '1.8',
  says: `${stage} ${crime} against 10:23`,
  ...anyAuthority,
  bases: ['OSL-10-23'],
  secrecy: ['26:1'],
  facts: offence(crime, stage),
  on,
  expected,
});
const head = {
  bases: ['LBM-2025-170-7'],
  from: 'kommun/utbildningsnamnden',
  to: 'polis/noa',
  purpose: 'prevent-crime',
  secrecy: ['23:2'],
  category: 'school-record',
} as const;
/** What a version asks for besides parties and tests, in each of its versions. */
export const preconditionRows: readonly Row[] = [
  ...['2019-12-31', '2023-12-31', '2025-12-31', '2026-11-23'].flatMap((on): Row[] => {
    const notice = { ...first, secrecy: ['21:1'], from: 'csn/csn', on };
    return [
      { ...notice, says: 'circumstances are stated (4 §)', derived: { circumstancesStated: false }, expected: 'D' },
      { ...notice, says: 'the benefit is stated', without: ['benefit'], expected: 'D' },
      { ...notice, says: 'to the one who decided', to: 'af/af', expected: 'D' },
      { ...notice, says: 'health care is asked about', secrecy: ['25:1'], expected: 'legal-question' },
    ];
  }),
  ...[['2024-04-30', 'legal-question'] as const, ['2024-05-01', 'P'] as const].flatMap(([on, expected]): Row[] => [
    {
      row: '1.4',
      says: 'text of LSS 15 § 10 read from',
      bases: ['LSS-15-10'],
      from: 'kommun/lss-namnden',
      to: 'fk/kontroll',
      secrecy: ['26:1'],
      on,
      expected,
    },
    {
      row: '1.3',
      says: 'text of 10:24 read from',
      ...anyAuthority,
      bases: ['OSL-10-24'],
      secrecy: ['30:20'],
      facts: offence('bidragsbrott', 'completed'),
      on,
      expected,
    },
  ]),
  {
    row: '1.4',
    says: 'LSS 15 § 10 is about assistansersättning alone',
    bases: ['LSS-15-10'],
    from: 'kommun/lss-namnden',
    to: 'fk/kontroll',
    secrecy: ['26:1'],
    derived: { benefit: 'sjukpenning' },
    expected: 'D',
  },
  {
    row: '1.2',
    says: '26:1 is excluded in the first version too',
    bases: ['LUV-2024-307-2'],
    from: 'kommun/socialnamnden',
    to: 'fk/kontroll',
    secrecy: ['26:1'],
    on: '2025-09-07',
    expected: 'D',
  },
  ...['2025-03-31', '2025-04-01'].flatMap((on): Row[] => [
    {
      row: '1.2',
      says: '10:23 is for the stronger secrecy alone',
      ...anyAuthority,
      bases: ['OSL-10-23'],
      secrecy: ['28:1'],
      facts: offence('ran', 'completed'),
      on,
      expected: 'D',
    },
    {
      row: '1.2',
      says: '10:24 is for the other secrecy',
      ...anyAuthority,
      bases: ['OSL-10-24'],
      secrecy: ['26:1'],
      facts: offence('ran', 'completed'),
      on,
      expected: 'D',
    },
    {
      row: '1.3',
      says: '10:24 asks which crime',
      ...anyAuthority,
      bases: ['OSL-10-24'],
      secrecy: ['28:1'],
      on,
      expected: 'D',
    },
  ]),
  threshold('2025-03-31', 'ran', 'completed', 'P'),
  threshold('2025-03-31', 'grovt-bedrageri', 'completed', 'D'),
  ...['attempt', 'preparation', 'conspiracy'].flatMap((stage) => [
    threshold('2025-03-31', 'ran', stage, 'D'),
    threshold('2025-04-01', 'ran', stage, 'P'),
    threshold('2025-04-01', 'grovt-bedrageri', stage, 'D'),
  ]),
  ...['grovt-bidragsbrott', 'grovt-bedrageri', 'grov-misshandel'].map((crime) =>
    threshold('2026-11-23', crime, 'completed', 'P'),
  ),
  ...['bidragsbrott', 'ringa-bidragsbrott', 'vardslost-bidragsbrott', 'bedrageri', 'misshandel'].map((crime) =>
    threshold('2026-11-23', crime, 'completed', 'D'),
  ),
  threshold('2026-11-23', 'involverande-av-underarig', 'completed', 'D'),
  {
    row: '1.4',
    says: 'school health is for 7 §, also when it harms nobody',
    ...head,
    bases: ['LBM-2025-170-6'],
    category: 'school-health',
    secrecy: [],
    expected: 'D',
  },
  ...(['BEHOV', 'EJ_OVERVAGANDE'] as const).map((test: TestCode): Row => ({
    row: '1.4',
    says: `${test} is the head teacher's to answer`,
    ...head,
    offices: { [test]: 'handlaggare' },
    expected: 'officer',
  })),
];

export const payment = ['prevent-incorrect-payment', 'control-incorrect-payment'];
export const fighting = ['prevent-crime', 'investigate-crime'];
/** Purposes of every basis, and of every point of 10:15 a. */
export const purposes: { readonly [basis: string]: readonly string[] } = {
  'LUF-2008-206-3': payment,
  'LSS-15-10': payment,
  'LUV-2024-307-2': payment,
  'OSL-10-15a': [...fighting, ...payment, 'correct-taxation', 'prevent-rule-breaches'],
  'OSL-10-23': ['investigate-crime'],
  'OSL-10-24': ['investigate-crime'],
  'OSL-10-27': PURPOSES,
  'LBM-2025-170-6': fighting,
  'LBM-2025-170-7': fighting,
  'LUS-2016-774-2': ['prevent-crime'],
  'SOL-15-4': [...payment, 'correct-taxation'],
};
const POINTS: { readonly [point: string]: readonly string[] } = {
  '1': ['prevent-crime'],
  '2': ['investigate-crime'],
  '3': ['prevent-incorrect-payment', 'correct-taxation'],
  '4': ['control-incorrect-payment', 'correct-taxation'],
  '5': ['prevent-rule-breaches'],
};
export const pointRows: readonly Row[] = ['1', '2', '3', '4', '5', '6'].flatMap((point) =>
  PURPOSES.map((purpose): Row => ({
    row: '1.3',
    says: `point ${point} and ${purpose}`,
    bases: ['OSL-10-15a'],
    point,
    purpose,
    from: 'kommun/tillstandsnamnden',
    to: 'polis/noa',
    secrecy: ['30:20'],
    expected: POINTS[point]?.includes(purpose) === true ? 'P' : 'D',
  })),
);
/** law.md 1.8: months of the least penalty. */
export const leastMonths: { readonly [crime: string]: number } = {
  bidragsbrott: 0,
  'ringa-bidragsbrott': 0,
  'grovt-bidragsbrott': 6,
  'vardslost-bidragsbrott': 0,
  bedrageri: 0,
  'grovt-bedrageri': 6,
  misshandel: 0,
  'grov-misshandel': 18,
  ran: 18,
  'involverande-av-underarig': 0,
};
/** law.md 1.3: completed, attempt, preparation, conspiracy. */
export const thresholds: { readonly [version: string]: readonly (number | undefined)[] } = {
  'OSL-10-23@2023-01-02': [12, 24, undefined, undefined],
  'OSL-10-23@2025-04-01': [6, 12, 12, 12],
  'OSL-10-18c@2025-04-01': [12, undefined, undefined, undefined],
};
/** Benefits that a notice may be about from another day than the act's own. */
export const laterBenefits: { readonly [benefit: string]: string } = {
  lonestod: '2020-01-01',
  alderspension: '2020-01-01',
  // Lag (2025:1268)
  'statligt-foretagsstod': '2026-01-01',
};
/** Days of entry as law.md 1.4 and 2.3 have them; after the slash the day from which the entry is confirmed. */
export const entryDays: { readonly [list: string]: { readonly [agency: string]: string } } = {
  'luf-2008-206': {
    'mig fk csn af': '2008-06-01',
    'a-kassa': '2008-06-01',
    kfm: '2008-06-01',
    skv: '2008-06-01',
    pens: '2010-01-01/2020-01-01',
    'kommun decide': '2008-06-01/2020-01-01',
    'kommun send': '2020-01-01',
    um: '2024-01-01',
    region: '2026-01-01',
  },
  'luv-2024-307-2': {
    'af bv csn fk ivo kfm mig pens skv': '2024-07-01',
    'kommun send receive': '2024-07-01',
    'a-kassa': '2024-07-01',
    ehm: '2025-09-08',
  },
  'luv-2024-307-4': { 'af av ebm fk jamy mig polis skv am': '2024-07-01' },
  'lbm-2025-170-5': {
    'af av bv csn fi ftn fk ivo kv kfm lm mig nv pens skv si tvv ts um uml': '2025-04-01',
    'lst-ab lst-c lst-e lst-m lst-t': '2025-04-01',
  },
  'brottsbekampande-2025-170': { 'ebm kbv polis sapo tv am': '2025-04-01', skv: '2025-04-01' },
  // The day OSL came into force
  brottsingripande: { 'am polis sapo': '2009-06-30', 'ebm tv kbv': '2009-06-30', skv: '2009-06-30' },
  'lus-2016-775': {
    'af fk kv kfm kbv mig polis skv sapo tv': '2016-08-15/2022-05-01',
    ebm: '2016-08-15/2022-05-01',
    am: '2016-08-15/2022-05-01',
    'fi pens tvv': '2016-08-15/2023-01-01',
    ftn: '2022-05-01/2024-05-01',
    'av bv csn ivo': '2022-05-01',
    um: '2024-05-01/2024-12-01',
    'ts trv': '2025-01-01',
    'isp kk': '2025-07-01',
  },
};
