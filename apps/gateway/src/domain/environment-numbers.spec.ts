import { describe, expect, it } from '@jest/globals';
import { corpus } from '#testing';
import fc from 'fast-check';
import { numbersOutOfPlace } from './environment-numbers.js';
import { isTestPerson } from './test-persons.js';

const TEST_PERSON = '195201161857';
/** Of somebody who is not born yet: nobody's, and not published for tests. Of ten digits the last four are of those that nobody is given. */
const OTHER = '209801011231';
const BETWEEN = [
  ...['', '-', '+', ' ', '.', '\u2013', '\u2212', '\u2011', '\u2010', '\u00ad', '\u00a0', '\u202f', '\t'],
  ...[' - ', '- ', ' -', ' \u2013 ', '  ', '\u200b', '\uff0d', '\ufe58'],
];
const wide = (number: string): string =>
  number.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const OTHERS = [
  ...BETWEEN.flatMap((sign) => [`${OTHER.slice(0, 8)}${sign}${OTHER.slice(8)}`, `980101${sign}9986`]),
  ...['pnr-', 'pnr_', 'pnr', '/', 'x-'].map((before) => `${before}${OTHER}`),
  ...['-x', '_x', 'kr', '/', '\u00b9'].map((after) => `${OTHER}${after}`),
  ...[wide(OTHER), wide('980101\uff0d9986')],
];
const codes = (environment: 'sandbox' | 'production', value: string): readonly string[] =>
  numbersOutOfPlace(environment === 'production', value).map(({ code }) => code);

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

  it.each([
    ...['212000-0449', '16212000-0449', '212000\u20130449', '2120000449', '162120000449', '212000 0449'],
    ...['212000 - 0449', 'orgnr_212000-0449', wide('2120000449')],
  ])('of a company that may exist are refused outside production: %s', (number) => {
    expect(codes('sandbox', number)).toEqual(['not-a-test-company']);
    expect(codes('production', number)).toEqual([]);
  });

  it.each(['444321-9870', '4443219870', '444321 9870'])(
    'of a company that cannot be assigned are taken there, and refused in production: %s',
    (number) => {
      expect(codes('sandbox', number)).toEqual([]);
      expect(codes('production', number)).toEqual(['test-company']);
    },
  );

  it.each([
    ['a UUID', '0e0d6b3a-2c66-8a53-9b3f-209801011231'],
    ['a longer number', '2098010112311'],
    ['a wrong check digit', '209801011232'],
    ['a day that is none', '209813011231'],
    ['an amount', '98010 11230'],
    ['lines of their own', '980101\n9986'],
    ['a telephone number', '0730101234'],
  ])('are not seen in %s', (_, text) => {
    expect(codes('sandbox', text)).toEqual([]);
  });

  it('are told by their place and never by themselves, wherever they stand', () => {
    const content = { subject: { id: TEST_PERSON }, others: [{ id: OTHER }], amount: Number(OTHER), [OTHER]: 1 };
    expect(numbersOutOfPlace(false, { content })).toEqual([
      { path: '/content/others/0/id', code: 'not-a-test-person' },
      { path: '/content', code: 'not-a-test-person' },
    ]);
    expect(numbersOutOfPlace(false, { a: 1, [OTHER]: { id: OTHER } })).toEqual([
      { path: '', code: 'not-a-test-person' },
      { path: '/1/id', code: 'not-a-test-person' },
    ]);
  });

  it('are none where a period of the log begins and ends', () => {
    const [from, to] = ['2120000449', '4443219870'];
    expect(numbersOutOfPlace(false, { from, to })).toEqual([]);
    expect(numbersOutOfPlace(true, { from, to })).toEqual([]);
    expect(numbersOutOfPlace(false, { from: `x ${from}`, of: { from } })).toHaveLength(2);
  });

  it.each([true, false])('name no officer, in production (%s) or elsewhere', (isProduction) => {
    const officers = [TEST_PERSON, OTHER, '520116-1857', 'pnr-520116-1857', '520116 - 1857'];
    for (const officer of officers) {
      const faults = numbersOutOfPlace(isProduction, { assessments: [{ officer }], officer: 'LKP-ON-0412' });
      expect(faults).toContainEqual({ path: '/assessments/0/officer', code: 'personal-number' });
      expect(faults.every(({ path }) => path === '/assessments/0/officer')).toBe(true);
    }
  });
});

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((all) => all.join(''));
const serial = (max: number): fc.Arbitrary<string> => fc.integer({ min: 1, max }).map(String);
const at = fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
const year = at.map((date) => String(date.getUTCFullYear()));
const octets = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes));
const grouped = (space: string): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max: 10 ** 12 }).map((sum) => String(sum).replaceAll(/\B(?=(?:\d{3})+$)/g, space));
/** What has as many digits, and is nobody's number. */
const OTHER_THINGS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'a UUID': fc.uuid(),
  'a UUID of digits': digits(32).map((d) => d.replace(/^(.{8})(.{4}).(.{3})..(.{3})(.{12}).*$/, '$1-$2-8$3-9$4-$5')),
  'a digest': fc.oneof(
    octets(32).map((bytes) => bytes.toString('hex')),
    octets(8).map((bytes) => `a${bytes.toString('hex')}`),
  ),
  'a position in a list': fc.tuple(serial(10 ** 17), fc.uuid()).map(([time, id]) => `${time}.${id}`),
  'a diary number': fc
    .tuple(fc.constantFrom('', 'ON ', 'dnr ', 'KS-'), year, fc.constantFrom('/', '-', ':', ' '), serial(999_999))
    .map(([before, of, sign, n]) => `${before}${of}${sign}${n.padStart(5, '0')}`),
  'an instant': at.map((date) => date.toISOString()),
  'a date and a time': at.map((date) => date.toISOString().slice(0, 16).replace('T', ' ')),
  'two dates': fc.tuple(at, at).map((all) => all.map((date) => date.toISOString().slice(0, 10)).join(' - ')),
  'two days': fc
    .tuple(at, at)
    .map((all) => all.map((date) => date.toISOString().slice(0, 10).replaceAll('-', '')).join(' - ')),
  'a telephone number': fc
    .tuple(fc.constantFrom('070', '072', '073', '076', '079', '+46 70', '+4670', '08', '013'), digits(7))
    .map(([area, d]) => `${area}-${d.slice(0, 3)} ${d.slice(3, 5)} ${d.slice(5)}`),
  'a telephone number, unbroken': fc
    .tuple(fc.constantFrom('072', '073', '076', '079', '+4670', '004670'), digits(7))
    .map((parts) => parts.join('')),
  'an amount': fc.oneof(grouped(' '), grouped('\u00a0'), grouped('.')).map((sum) => `${sum} kr`),
  'two amounts': fc.tuple(grouped(' '), grouped(' ')).map(([from, to]) => `${from}–${to} kr`),
  'an account': fc.tuple(digits(4), digits(3), digits(3)).map(([a, b, c]) => `${a}, ${b} ${c}-1`),
};

describe('everybody’s number', () => {
  const sign = fc.constantFrom(...BETWEEN);
  const luhn = (nine: string): string => {
    const sum = [...nine].reduce(
      (all, digit, n) => all + [...String(Number(digit) * (n % 2 === 0 ? 2 : 1))].reduce((a, b) => a + Number(b), 0),
      0,
    );
    return `${nine}${(10 - (sum % 10)) % 10}`;
  };
  /** Of those who are not born yet, none of them published. */
  const unborn = fc
    .tuple(fc.date({ min: new Date('2060-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }), digits(3))
    .map(([date, n]) => luhn(`${date.toISOString().slice(2, 10).replaceAll('-', '')}${n}`))
    // Of ten digits one that was published for another century is taken.
    .filter((number) => !['18', '19', '20'].some((century) => isTestPerson(`${century}${number}`)));
  const company = fc
    .tuple(
      fc.constantFrom('1', '2', '3', '5', '6', '7', '8', '9'),
      digits(1),
      fc.integer({ min: 2, max: 9 }),
      digits(6),
    )
    .map((parts) => luhn(parts.join('')));
  const beside = fc.string({ maxLength: 8 }).filter((text) => !/\d/.test(text.normalize('NFKC')));
  /** Letters beside the digits may make of them what is rightly taken for an id. */
  const LIKE_AN_ID = /[\da-f]{16}/i;
  const ofCompanies = fc.constantFrom('', '-', '–', ' ', ' - ');

  it('is seen however it is written, in whatever text', () => {
    fc.assert(
      fc.property(unborn, sign, fc.boolean(), beside, beside, (number, between, isFull, before, after) => {
        const text = `${before}${isFull ? '20' : ''}${number.slice(0, 6)}${between}${number.slice(6)}${after}`;
        fc.pre(!LIKE_AN_ID.test(text));
        expect(codes('sandbox', text)).toContain('not-a-test-person');
      }),
    );
    fc.assert(
      fc.property(company, ofCompanies, beside, beside, (number, between, before, after) => {
        const text = `${before}${number.slice(0, 6)}${between}${number.slice(6)}${after}`;
        fc.pre(!LIKE_AN_ID.test(text));
        expect(codes('sandbox', text)).toContain('not-a-test-company');
      }),
    );
  });

  it.each(Object.entries(OTHER_THINGS))('is not seen in %s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect([codes('sandbox', text), codes('production', text)]).toEqual([[], []]);
      }),
      { numRuns: 1_000 },
    );
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
