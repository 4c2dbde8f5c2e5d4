import { beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalBytes } from '#json';
import {
  ASSIGNMENT_FIELDS,
  EnvelopeError,
  MOST_AUTHORITIES,
  generateKey,
  isCovered,
  isUnexpired,
  latestExpiry,
  localSigner,
  parseAssignment,
  parseAssignmentNotice,
  parseLook,
  parseSearch,
  signAssignment,
  signAssignmentNotice,
  signLook,
  signSearch,
  verifyAssignment,
} from './index.js';
import type { AssignmentGranted, AssignmentNotice, Look, PrivateKey, Search, Typ } from './index.js';

const uuid = '01930000-0000-7000-8000-000000000001';
const digest = 'A'.repeat(43);
const at = '2026-11-20T21:15:00.000Z';
const keys = { size: '1', root: `${digest}=` };
const granted: AssignmentGranted = {
  v: 1,
  kind: 'assignment-granted',
  env: 'sandbox',
  assignment: uuid,
  authorities: ['linkoping/socialnamnden', 'linkoping/utbildningsnamnden'],
  auditor: digest,
  provision: 'municipal-audit',
  diaryNumber: 'REV 2026:14',
  period: { from: '2026-01-01', until: '2027-01-01' },
  fields: ['parties', 'ground', 'receipts'],
  expires: '2027-06-30',
  at,
};
const ended = { v: 1, kind: 'assignment-ended', env: 'sandbox', assignment: uuid, at } as const;
const notice: AssignmentNotice = {
  v: 1,
  kind: 'assignment-granted',
  env: 'sandbox',
  entryId: uuid,
  assignment: uuid,
  authorities: granted.authorities,
  statementSha256: digest,
  keys,
  at,
};
const search: Search = {
  v: 1,
  kind: 'search',
  env: 'sandbox',
  entryId: uuid,
  auditor: digest,
  assignment: uuid,
  authorities: granted.authorities,
  query: digest,
  shown: 0,
  keys,
  at,
};
const look: Look = {
  v: 1,
  kind: 'look',
  env: 'sandbox',
  entryId: uuid,
  auditor: digest,
  assignment: uuid,
  authority: 'linkoping/socialnamnden',
  purpose: 'evidence',
  seen: [{ index: '1', entryId: uuid }],
  keys,
  at,
};
let key: PrivateKey;
beforeAll(async () => {
  key = await generateKey('administrator');
});

/** Code of what the reader says of a statement of these members. */
const read = async (typ: Typ, parse: (text: string) => unknown, members: object): Promise<string> => {
  const text = await localSigner(key).sign(typ, canonicalBytes(members));
  try {
    parse(text);
    return 'read';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code;
    throw error;
  }
};
const without = (from: object, member: string): object =>
  Object.fromEntries(Object.entries(from).filter(([name]) => name !== member));

describe('an assignment', () => {
  it('is read and verified as it was signed, and by no other key', async () => {
    for (const assignment of [granted, ended]) {
      const text = await signAssignment(localSigner(key), assignment);
      expect(parseAssignment(text)).toEqual({ assignment, kid: key.kid });
      expect(await verifyAssignment(text, key)).toEqual(assignment);
      await expect(verifyAssignment(text, await generateKey('administrator'))).rejects.toMatchObject({
        code: 'WRONG_KEY',
      });
    }
  });

  it.each([
    'REV 2026:14',
    '2026-17',
    'Fi2026/00123',
    '8-123456-2026',
    '3.4.1-12345/2026',
    'KS/2026:123',
    'SN 2026.45',
    '2026/12 KON',
  ])('takes %j as the diary number of a review', async (diaryNumber) => {
    const text = await signAssignment(localSigner(key), { ...granted, diaryNumber });
    expect(parseAssignment(text).assignment).toMatchObject({ diaryNumber });
  });

  it.each<[string, object]>([
    ['no authority', { ...granted, authorities: [] }],
    ['authorities out of order', { ...granted, authorities: granted.authorities.toReversed() }],
    ['one authority twice', { ...granted, authorities: ['linkoping/socialnamnden', 'linkoping/socialnamnden'] }],
    [
      'more authorities than one assignment has',
      {
        ...granted,
        authorities: Array.from({ length: MOST_AUTHORITIES + 1 }, (_, n) => `a/b${String(n).padStart(3, '0')}`),
      },
    ],
    ['a name for an auditor', { ...granted, auditor: 'Anna Andersson' }],
    ['a provision that is not on the list', { ...granted, provision: 'curiosity' }],
    ['free text for a diary number', { ...granted, diaryNumber: 'granskning av familjen' }],
    ['a line break in its diary number', { ...granted, diaryNumber: 'REV 2026\n:1' }],
    ...[
      'Anna Andersson 2026',
      'ANDERSSON 2026:1',
      'REV 2026:14 Andersson',
      'Anna 2026:14',
      'REV 2026:14 Anna',
      'familjen 2026/14',
      '19800101-1234 2026',
      '2026-800101-1234',
      '8001011234/2026',
      'REV 14',
      '2026',
      'REV REV 2026:14',
      'https://2026.example',
      `${'1-'.repeat(20)}2026`,
    ].map((diaryNumber): [string, object] => [
      `as a diary number ${JSON.stringify(diaryNumber)}`,
      { ...granted, diaryNumber },
    ]),
    ['a period that ends before it begins', { ...granted, period: { from: '2026-02-01', until: '2026-02-01' } }],
    ['a period without a beginning', { ...granted, period: { until: '2026-02-01' } }],
    ['a day that does not exist', { ...granted, expires: '2026-02-30' }],
    ['a field that is not on the list', { ...granted, fields: ['parties', 'content'] }],
    ['fields without the parties', { ...granted, fields: ['ground'] }],
    ['fields out of order', { ...granted, fields: ['parties', 'receipts', 'ground'] }],
    ['a field twice', { ...granted, fields: ['parties', 'parties'] }],
    ['an end that grants', { ...ended, authorities: granted.authorities }],
    ['an unknown kind', { ...granted, kind: 'assignment-taken' }],
    ...['authorities', 'auditor', 'provision', 'diaryNumber', 'period', 'fields', 'expires'].map(
      (member): [string, object] => [`no ${member}`, without(granted, member)],
    ),
  ])('is refused with %s', async (_, members) => {
    expect(await read('delge-assignment+jws', parseAssignment, members)).toBe('MALFORMED_STATEMENT');
  });

  it('takes all fields, and a period that does not end', async () => {
    const wide = { ...granted, fields: ASSIGNMENT_FIELDS, period: { from: '2026-01-01' } };
    expect(await read('delge-assignment+jws', parseAssignment, wide)).toBe('read');
  });

  it('covers what was decided in its period, by or to its authorities', () => {
    const decided = { day: '2026-01-01', sender: 'linkoping/socialnamnden', recipient: 'fk/forsakringskassan' };
    const inbound = { ...decided, sender: decided.recipient, recipient: decided.sender };
    expect([decided, inbound, { ...decided, day: '2026-12-31' }].map((one) => isCovered(granted, one))).toEqual([
      true,
      true,
      true,
    ]);
    for (const outside of [
      { ...decided, day: '2025-12-31' },
      { ...decided, day: '2027-01-01' },
      { ...decided, sender: 'linkoping/byggnadsnamnden' },
      { day: '2026-03-01', sender: 'fk/forsakringskassan' },
    ])
      expect(isCovered(granted, outside)).toBe(false);
    const open = { ...granted, period: { from: '2026-01-01' } };
    expect(isCovered(open, { ...decided, day: '2031-01-01' })).toBe(true);
  });

  it('shows nothing from the day on which it expires, two years on at the latest', () => {
    expect(['2027-06-29', '2027-06-30', '2027-07-01'].map((day) => isUnexpired(granted, day))).toEqual([
      true,
      false,
      false,
    ]);
    expect([latestExpiry('2026-11-20'), latestExpiry('2028-02-29')]).toEqual(['2028-11-20', '2030-03-01']);
  });
});

describe('the entries of an assignment', () => {
  it('are read as they were signed', async () => {
    const signer = localSigner(key);
    expect(parseAssignmentNotice(await signAssignmentNotice(signer, notice)).notice).toEqual(notice);
    expect(parseSearch(await signSearch(signer, search)).search).toEqual(search);
    expect(parseLook(await signLook(signer, look)).look).toEqual(look);
  });

  it.each<[string, object]>([
    ['a query in the clear', { ...search, query: 'mottagare=fk' }],
    ['fewer than nothing shown', { ...search, shown: -1 }],
    ['half of one shown', { ...search, shown: 0.5 }],
    ['no assignment', without(search, 'assignment')],
    ['nobody who searched', without(search, 'auditor')],
    ['authorities out of order', { ...search, authorities: granted.authorities.toReversed() }],
  ])('a search is refused with %s', async (_, members) => {
    expect(await read('delge-search+jws', parseSearch, members)).toBe('MALFORMED_STATEMENT');
  });

  it.each<[string, object]>([
    ['neither gateway nor auditor', without(without(look, 'auditor'), 'assignment')],
    ['an auditor without assignment', without(look, 'assignment')],
    ['an assignment without auditor', without(look, 'auditor')],
    ['both gateway and auditor', { ...look, gateway: 'kommunerna' }],
    ['an officer beside the auditor', { ...look, person: digest }],
    ['an erasure for its purpose', { ...look, purpose: 'erasure' }],
    ['no authority', without(look, 'authority')],
  ])('a look is refused with %s', async (_, members) => {
    expect(await read('delge-look+jws', parseLook, members)).toBe('MALFORMED_STATEMENT');
  });
});
