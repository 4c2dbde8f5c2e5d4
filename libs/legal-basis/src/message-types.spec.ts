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
      { items: [], on: ON },
    )['victimAgeBand'];
  it.each([
    [[CHILD, YOUTH], '15-17'],
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
    expect(derive('child-concern-report/1', content, { items: [], on: ON })).toMatchObject({
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
    expect(compareClaims(TYPE, content, { ...claims, items }, 'utbildningsnamnd', ON)).toEqual(['item-about']);
  });
});

describe('several subjects', () => {
  const TYPE = 'information-to-prevent-crime/2';
  const factsOf = (subjects: readonly object[]) =>
    derive(TYPE, { concern: 'network', subjects: [...subjects], information: 'x' } as never, { items: [], on: ON });
  // What the law lets through about the young does not hold for the adult beside them, and what it lets an adult consent to not for a child
  it.each([
    [[YOUTH], '15-17'],
    [[YOUTH, ADULT], 'unknown'],
    [[YOUTH, born('2007-01-01')], 'unknown'],
    [[CHILD, YOUTH], '15-17'],
    [[CHILD, born()], 'unknown'],
  ])('%j: %s', (subjects, band) => expect(factsOf(subjects)['ageBand']).toBe(band));
  it('among whom a child is are told to have one', () => {
    expect(factsOf([CHILD, ADULT])['childAmongSubjects']).toBe(true);
    expect(factsOf([CHILD, YOUTH])['childAmongSubjects']).toBe(true);
    expect(factsOf([YOUTH, ADULT])).not.toHaveProperty('childAmongSubjects');
  });
});

describe('free text', () => {
  const TYPE = 'answer/1';
  const content = { statement: 'Den sökande bor inte på adressen.' };
  const body = (categories: readonly string[], about?: string) => ({
    type: TYPE,
    initiative: 'own' as const,
    purpose: 'prevent-crime',
    bases: [],
    declarations: {
      freeText: { statement: categories },
      ...(about === undefined ? {} : { about: { statement: about } }),
    },
    content,
  });
  const context = { senderKind: 'socialnamnd', recipient: 'polis/polismyndigheten', on: ON, assessments: [] } as const;
  it('cannot be declared to say nothing of anyone, at either end', () => {
    expect(() => buildClaims(body(['message-context']), context)).toThrow('DECLARATION_UNKNOWN at statement');
    const claims = buildClaims(body(['observation']), context);
    const items = claims.items.map((item) => ({
      ...item,
      id: 'statement~message-context',
      dataCategory: 'message-context',
      secrecy: [],
    }));
    expect(compareClaims(TYPE, content, { ...claims, items }, 'socialnamnd', ON)).toContain('item-category');
  });
  it('about somebody who stands in no field leaves the protection of identities unknown', () => {
    expect(buildClaims(body(['observation']), context).derived['protectedIdentity']).toBe('unknown');
    expect(buildClaims(body(['observation'], 'company'), context).derived['protectedIdentity']).toBe('none');
  });
  it('about where somebody is, at Skatteverket, is protected by both registers', () => {
    const claims = buildClaims(body(['whereabouts']), { ...context, senderKind: 'skattemyndighet' });
    expect(claims.items[0]?.secrecy).toEqual(['22:1', '27:1']);
  });
});

describe('a field of the schema', () => {
  const TYPE = 'notice-of-incorrect-payment/1';
  const person = (name: string) => ({ name, birthDate: '1980-01-01', protection: 'none' });
  const content = {
    subject: person('A'),
    payment: { benefit: 'bostadsbidrag', period: { from: '2026-01-01' } },
    circumstances: 'Omständigheterna är dessa.',
    otherPersons: [person('B')],
  };
  const declarations = { freeText: { circumstances: ['benefit-case'] } };
  it('is about whom the schema says, whatever is declared', () => {
    const said = { ...declarations, about: { 'otherPersons.0': 'subject' } };
    expect(() => classify(TYPE, content, 'socialnamnd', said)).toThrow('DECLARATION_UNKNOWN at otherPersons.0');
  });
  it('is so for the recipient too', () => {
    const body = { type: TYPE, initiative: 'own' as const, purpose: 'prevent-crime', bases: [], declarations, content };
    const claims = buildClaims(body, {
      senderKind: 'socialnamnd',
      recipient: 'fk/forsakringskassan',
      on: ON,
      assessments: [],
    });
    expect(compareClaims(TYPE, content, claims, 'socialnamnd', ON)).toEqual([]);
    const items = claims.items.map((item) => ({ ...item, about: 'subject' }));
    expect(compareClaims(TYPE, content, { ...claims, items }, 'socialnamnd', ON)).toEqual(['item-about']);
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
    whereabouts: ['22:1', '27:1'],
  });
});
