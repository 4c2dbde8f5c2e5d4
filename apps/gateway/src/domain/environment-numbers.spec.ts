import { describe, expect, it } from '@jest/globals';
import { corpus } from '#testing';
import { numbersOutOfPlace } from './environment-numbers.js';
import { isTestPerson } from './test-persons.js';

const TEST_PERSON = '195201161857';
/** Of somebody who is not born yet: nobody's, and not published for tests. */
const OTHER = '209801011231';
const BETWEEN = ['', '-', '+', ' ', '\u2013', '\u2212', '\u2011', '\u2010', '\u00ad', '\u00a0', '\u202f'];
const OTHERS = BETWEEN.map((sign) => `${OTHER.slice(0, 8)}${sign}${OTHER.slice(8)}`);
const codes = (environment: 'sandbox' | 'production', value: string): readonly string[] =>
  numbersOutOfPlace(environment === 'production', value, 'content').map(({ code }) => code);

describe('numbers of persons and companies', () => {
  it.each(OTHERS)('outside production are refused when nobody published them for tests: %s', (number) => {
    expect(codes('sandbox', `Hon har ${number}.`)).toEqual(['not-a-test-person']);
    expect(codes('production', `Hon har ${number}.`)).toEqual([]);
  });

  it.each([TEST_PERSON, '520116-1857', '520116+1857', '19520116-1857', '5201161857'])(
    'of a test person are taken there, and refused in production: %s',
    (number) => {
      expect(codes('sandbox', number)).toEqual([]);
      expect(codes('production', number)).toEqual(['test-person']);
    },
  );

  it('of a company outside production are those that cannot be assigned', () => {
    expect(codes('sandbox', '212000-0449')).toEqual(['not-a-test-company']);
    expect(codes('sandbox', '16212000-0449')).toEqual(['not-a-test-company']);
    expect(codes('sandbox', '212000\u20130449')).toEqual(['not-a-test-company']);
    expect(codes('sandbox', '444321-9870')).toEqual([]);
    expect(codes('production', '444321-9870')).toEqual(['test-company']);
    expect(codes('production', '212000-0449')).toEqual([]);
  });

  it.each([
    ['a UUID', '0e0d6b3a-2c66-8a53-9b3f-209801011231'],
    ['a longer number', '2098010112311'],
    ['a wrong check digit', '209801011232'],
    ['a day that is none', '209813011231'],
    ['an amount', '98010 11230'],
  ])('are not seen in %s', (_, text) => {
    expect(codes('sandbox', text)).toEqual([]);
  });

  it('are told by their place and never by themselves, wherever they stand', () => {
    const content = { subject: { id: TEST_PERSON }, others: [{ id: OTHER }], amount: Number(OTHER) };
    const faults = numbersOutOfPlace(false, content, 'content');
    expect(faults).toEqual([{ path: 'content.others.0.id', code: 'not-a-test-person' }]);
  });
});

const published = ['allPins', 'allCoords'].flatMap(
  (name) => (corpus('swedish-identifiers')?.json(`testdata/${name}.json`) as readonly string[] | undefined) ?? [],
);
describe('test persons', () => {
  it(`are those that Skatteverket published (${published.length} in the corpus)`, () => {
    expect(published.filter((number) => !isTestPerson(number))).toEqual([]);
  });
});
