import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import {
  DisclosureCheckDto,
  GiveReceiptDto,
  IdParamDto,
  ListDeliveriesQueryDto,
  ListReferralsQueryDto,
  RecordRequestDto,
  ReferralCheckDto,
  SubmitReferralDto,
  TokenRequestDto,
} from '../../index.js';
import { IsUuid, NestedList, UniqueList } from './rules.js';

type Class = new () => object;
const pathsOf = ({ property, children = [], constraints = {} }: ValidationError, base = ''): readonly string[] => {
  const here = Object.keys(constraints).length > 0 ? [`${base}${property}`] : [];
  return [...here, ...children.flatMap((child) => pathsOf(child, `${base}${property}.`))];
};
/** Members at fault, under the same options as the validation pipe. */
const faults = (cls: Class, body: unknown): readonly string[] => {
  const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  const found = validateSync(plainToInstance(cls, body), options);
  return [...new Set(found.flatMap((error) => pathsOf(error)))].sort();
};

const referral = {
  id: '81d36043-bdea-58b4-9206-ce143f2be122',
  caseId: 'e84c68d9-51bd-5104-8b96-a3bd65447aaa',
  type: 'misuse-of-assistance-allowance/1',
  to: [{ authority: 'fk/forsakringskassan', function: 'kontroll' }],
  initiative: 'own',
  purpose: 'control-incorrect-payment',
  bases: [{ id: 'LUF-2008-206-3' }],
  assessments: [
    {
      recipient: 'fk/forsakringskassan',
      basis: 'LUF-2008-206-3',
      test: 'ANLEDNING',
      outcome: 'met',
      items: 'all',
      office: 'lss-handlaggare',
      officer: 'LKP-ON-0412',
      mandate: 'delegation',
      reasons: 'Redovisade timmar stämmer inte.',
    },
  ],
  content: { subject: {} },
  registration: { diaryNumber: 'ON 2026-00417', subject: 'Underrättelse', secrecyMark: 'OSL 26 kap. 1 §' },
};

describe('a list in which each stands once', () => {
  let looks = 0;
  class Entry {
    @IsUuid() readonly id!: string;
  }
  class Lists {
    @UniqueList(3) readonly codes!: string[];
    @NestedList(() => Entry, 3, ({ id }: Entry) => {
      looks += 1;
      return id;
    })
    readonly entries!: Entry[];
  }
  const [a, b, c, d] = Array.from({ length: 4 }, () => ({ id: randomUUID() }));
  it.each<[string, object, readonly string[], number]>([
    ['is taken', { codes: ['a', 'b', 'c'], entries: [a, b, c] }, [], 3],
    ['is refused with one of them twice', { codes: ['a', 'b', 'a'], entries: [a, b, a] }, ['codes', 'entries'], 3],
    [
      'is not looked through when it is too long',
      { codes: [...'abcd'], entries: [a, b, c, d] },
      ['codes', 'entries'],
      0,
    ],
    ['is refused when it is none', { codes: 'a', entries: [a] }, ['codes'], 1],
    ['is refused when it is empty', { codes: [], entries: [] }, ['codes'], 0],
  ])('%s', (_, body, at, looked) => {
    looks = 0;
    expect([faults(Lists, body), looks]).toEqual([at, looked]);
  });

  it('has at most forty categories in a recorded request', () => {
    const asksFor = Array.from({ length: 41 }, (_, at) => `category-${at}`);
    expect(faults(RecordRequestDto, { asksFor })).toContain('asksFor');
    expect(faults(RecordRequestDto, { asksFor: asksFor.slice(1) })).not.toContain('asksFor');
  });
});

describe('the body of a referral', () => {
  it('is taken as the examples have it', () => {
    expect(faults(SubmitReferralDto, referral)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['an unknown member', { extra: 1 }, 'extra'],
    ['an id that is no UUID', { id: '1' }, 'id'],
    ['an id in capitals', { id: referral.id.toUpperCase() }, 'id'],
    ['a number for an id', { id: 1 }, 'id'],
    ['a list for an id', { id: [referral.id] }, 'id'],
    ['null for what may be missing', { requestId: null }, 'requestId'],
    ['null for the assessments', { assessments: null }, 'assessments'],
    ['no recipient', { to: [] }, 'to'],
    ['no legal basis', { bases: [] }, 'bases'],
    ['one recipient twice', { to: [referral.to[0], referral.to[0]] }, 'to'],
    ['more recipients than it takes', { to: Array.from({ length: 21 }, (_, i) => to(`a/b${i}`)) }, 'to'],
    ['recipients that are no list', { to: referral.to[0] }, 'to'],
    ['a recipient that is a text', { to: ['fk/forsakringskassan'] }, 'to'],
    ['a recipient that is a list', { to: [[]] }, 'to'],
    ['a recipient in Cyrillic that looks the same', { to: [to('fk/fоrsakringskassan')] }, 'to.0.authority'],
    ['a recipient turned around by a bidi mark', { to: [to('fk/\u202eforsakring')] }, 'to.0.authority'],
    ['a recipient with a line feed behind it', { to: [to('fk/forsakringskassan\n')] }, 'to.0.authority'],
    ['a member too many in a recipient', { to: [{ ...referral.to[0], name: 'x' }] }, 'to.0.name'],
    ['a fact that is a number', { facts: { a: 1 } }, 'facts'],
    ['facts in a list', { facts: [] }, 'facts'],
    ['content that is a list', { content: [] }, 'content'],
    ['content that is a text', { content: '{}' }, 'content'],
    ['an initiative that is none', { initiative: 'OWN' }, 'initiative'],
    ['more reasons than it takes', withAssessment({ reasons: 'x'.repeat(4001) }), 'assessments.0.reasons'],
    ['items that are no list', withAssessment({ items: 'none' }), 'assessments.0.items'],
    ['no items', withAssessment({ items: [] }), 'assessments.0.items'],
    ['a day for an instant', withAssessment({ at: '2026-11-24' }), 'assessments.0.at'],
  ])('may not have %s', (_, change, fault) => {
    expect(faults(SubmitReferralDto, { ...referral, ...change })).toContain(fault);
  });

  it.each(Object.keys(referral).filter((name) => name !== 'assessments'))('must have %s', (name) => {
    const rest = Object.fromEntries(Object.entries(referral).filter(([member]) => member !== name));
    expect(faults(SubmitReferralDto, rest)).toContain(name);
  });
});

describe('a referral to be checked alone', () => {
  const { bases: _bases, ...without } = referral;
  it.each<[string, object]>([
    ['as it would be submitted', referral],
    ['without a legal basis', without],
    ['with a list of none', { ...referral, bases: [] }],
  ])('is taken %s', (_, one) => {
    expect(faults(ReferralCheckDto, { referral: one })).toEqual([]);
    expect(faults(ReferralCheckDto, { referral: one, on: '2025-12-01' })).toEqual([]);
  });

  it('is otherwise held to what a submission is', () => {
    expect(faults(ReferralCheckDto, { referral: { ...referral, to: [] } })).toEqual(['referral.to']);
    expect(faults(ReferralCheckDto, { referral: { ...referral, bases: [{ id: 1 }] } })).toEqual([
      'referral.bases.0.id',
    ]);
    expect(faults(ReferralCheckDto, { referral: { ...referral, extra: 1 } })).toEqual(['referral.extra']);
    for (const name of Object.keys(referral).filter((member) => member !== 'assessments' && member !== 'bases')) {
      const rest = Object.fromEntries(Object.entries(referral).filter(([member]) => member !== name));
      expect(faults(ReferralCheckDto, { referral: rest })).toEqual([`referral.${name}`]);
    }
  });

  it('is an object, on a day that the calendar has', () => {
    for (const one of [undefined, null, [], 'x'])
      expect(faults(ReferralCheckDto, { referral: one })).toContain('referral');
    for (const on of ['2026-02-31', '', null, 20261124])
      expect(faults(ReferralCheckDto, { referral, on })).toEqual(['on']);
  });
});

describe('an instant', () => {
  it.each(['2026-11-24T08:00:00Z', '2024-02-29T23:59:59.123456789+01:00'])('is %s', (from) => {
    expect(faults(ListReferralsQueryDto, { from })).toEqual([]);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-01T24:00:01Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00+99:99',
    '0000-01-01T00:00:00Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00',
  ])('is not %s, which no calendar has', (from) => {
    expect(faults(ListReferralsQueryDto, { from })).toEqual(['from']);
  });
});

it.each(['2026-02-31', '2026-11-31', '0000-01-01', '2026-1-1', '2026-11-24T00:00:00Z'])('a day is not %s', (on) => {
  expect(faults(DisclosureCheckDto, { on })).toContain('on');
});

describe('queries and parameters', () => {
  it('are converted where they say so, and only there', () => {
    expect(plainToInstance(ListReferralsQueryDto, { limit: '20' }).limit).toBe(20);
    expect(plainToInstance(ListReferralsQueryDto, {}).limit).toBe(20);
  });

  it.each(['0', '201', '1.5', 'x', '', 'NaN', 'Infinity', '0x10', '1e1', ' 10', '+5', '010', '5.0'])(
    'a page of %j rows is refused',
    (limit) => {
      expect(faults(ListDeliveriesQueryDto, { limit })).toEqual(['limit']);
    },
  );

  it.each(['1', '1.', "1.2'; --", '1.2.3', '-1.2', `${'9'.repeat(21)}.1`])('a cursor %j is refused', (after) => {
    expect(faults(ListDeliveriesQueryDto, { after })).toEqual(['after']);
  });

  it('a state that is none is refused', () => {
    expect(faults(ListReferralsQueryDto, { state: 'sent' })).toEqual(['state']);
    expect(faults(IdParamDto, { id: '..' })).toEqual(['id']);
  });
});

it('a receipt has one of its kinds and, for its form alone, a code of a closed list', () => {
  expect(faults(GiveReceiptDto, { kind: 'accepted', diaryNumber: 'FK 2026-1' })).toEqual([]);
  expect(faults(GiveReceiptDto, { kind: 'technical' })).toEqual(['kind']);
  expect(faults(GiveReceiptDto, { kind: 'form-rejected', reason: 'we do not like it' })).toEqual(['reason']);
  expect(faults(GiveReceiptDto, { kind: 'accepted', diaryNumber: '' })).toEqual(['diaryNumber']);
});

it('a token is asked for with an assertion and no other way', () => {
  const good = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'a.b.c',
  };
  expect(faults(TokenRequestDto, good)).toEqual([]);
  expect(faults(TokenRequestDto, { ...good, grant_type: 'password' })).toEqual(['grant_type']);
  expect(faults(TokenRequestDto, { ...good, client_secret: 'x' })).toEqual(['client_secret']);
  expect(faults(TokenRequestDto, { ...good, client_assertion: 'x'.repeat(4097) })).toEqual(['client_assertion']);
});

function to(authority: string): object {
  return { authority, function: 'kontroll' };
}
function withAssessment(change: object): object {
  return { assessments: [{ ...referral.assessments[0], ...change }] };
}
