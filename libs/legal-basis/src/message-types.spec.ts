import { describe, expect, it } from '@jest/globals';
import { buildClaims } from './build-claims.js';
import { classify } from './classify.js';
import { compareClaims } from './compare.js';
import { derive } from './derive.js';
import { dataCategories, messageTypeOf } from './message-type.js';

const ON = '2026-11-24';
const born = (birthDate?: string) => ({
  name: 'Ettan Testbarn',
  protection: 'none',
  ...(birthDate === undefined ? {} : { birthDate }),
});
const CHILD = born('2015-03-14');
const YOUTH = born('2010-01-01');
const ADULT = born('1988-01-02');

describe('the age of the victims', () => {
  const report = (victims: readonly object[], type = 'crime-report/2') =>
    derive(
      type,
      {
        offence: { period: { from: '2026-10-01' } },
        circumstances: 'Vad som hände.',
        suspects: [ADULT],
        victims: [...victims],
      } as never,
      ON,
    )['victimAgeBand'];
  it.each([
    [[CHILD, YOUTH], 'under-15'],
    [[YOUTH], '15-17'],
    [[ADULT], '21-plus'],
    [[], 'no-person'],
    // What the law says of a crime against a child does not hold for the adult beside it
    [[CHILD, ADULT], 'unknown'],
    [[CHILD, born()], 'unknown'],
  ])('%j: %s', (victims, band) => expect(report(victims)).toBe(band));
  it('is derived of types that have victims alone: what is sent as version 1 says what it said', () => {
    expect(report([CHILD], 'crime-report/1')).toBeUndefined();
  });
  it('is the age of the children in a report of concern', () => {
    const content = { children: [CHILD], concern: ['neglect'], situation: 'Barnet far illa hemma.' };
    expect(derive('child-concern-report/1', content, ON)).toMatchObject({
      ageBand: 'under-15',
      victimAgeBand: 'under-15',
    });
  });
});

describe('an informant', () => {
  const TYPE = 'child-concern-report/1';
  const content = { children: [CHILD], concern: ['neglect'], informant: ADULT, situation: 'Barnet far illa hemma.' };
  const freeText = { situation: ['child-situation'] };
  it('is withheld by default', () => {
    const item = classify(TYPE, content, 'utbildningsnamnd', { freeText }).find(({ id }) => id === 'informant');
    expect(item).toEqual({
      id: 'informant',
      dataCategory: 'informant-identity',
      about: 'informant',
      known: 'told',
      secrecy: ['23:2'],
    });
  });
  it.each([{ about: { informant: 'subject' } }, { known: { informant: 'own-case' } }])('stays one: %j', (said) =>
    expect(() => classify(TYPE, content, 'utbildningsnamnd', { freeText, ...said })).toThrow(
      'DECLARATION_UNKNOWN at informant',
    ),
  );
  it('stays one for the recipient, whatever the claims say', () => {
    const claims = buildClaims(
      { type: TYPE, initiative: 'own', purpose: 'child-protection', bases: [], declarations: { freeText }, content },
      { senderKind: 'utbildningsnamnd', recipient: 'uppsala/socialnamnden', on: ON, assessments: [] },
    );
    const items = claims.items.map((item) => ({ ...item, about: 'subject' }));
    expect(compareClaims(TYPE, content, { ...claims, items }, 'utbildningsnamnd', ON)).toEqual(['item-category']);
  });
});

describe('what may be asked for', () => {
  const asked = (id: string): readonly string[] => {
    const list: { readonly items?: { readonly [keyword: string]: unknown } } =
      messageTypeOf(id).schema.properties?.['asksFor'] ?? {};
    return list.items?.['enum'] as readonly string[];
  };
  it('is, in version 1, what it was when that was made', () => {
    expect(asked('request/1')).toHaveLength(24);
    expect(asked('request/1')).not.toContain('whereabouts');
  });
  it('is, in version 2, every category but those that nobody asks for', () => {
    const closed = ['informant-identity', 'undeclared-free-text'];
    expect([...asked('request/2')].sort()).toEqual(
      [...dataCategories.keys()].filter((id) => !closed.includes(id)).sort(),
    );
  });
});

it('the report at who makes it is protected beside the activity (OSL 40:7 g), a stated address as a trace', () => {
  const content = {
    children: [{ ...CHILD, protection: 'protected-registration' }],
    concern: ['violence'],
    whereabouts: 'Provgatan 9',
    situation: '',
  };
  const secrecy = Object.fromEntries(
    classify('child-concern-report/1', content, 'skattemyndighet', {}).map((item) => [item.id, item.secrecy]),
  );
  expect(secrecy).toEqual({
    'children.0': ['22:2', '27:1'],
    concern: ['27:1', '40:7g'],
    whereabouts: ['22:1'],
  });
});
