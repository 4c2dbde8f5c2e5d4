import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { corpus } from '#testing';
import fc from 'fast-check';
import { JsonError, canonicalize, parseCanonical, parseStrict } from './index.js';
import { parseNative } from './parse-native.js';
import { defaultLimits, parseByHand } from './parse-strict.js';

/** What the strict parser says of a text, to the code and place of its fault. */
const outcome = (work: () => unknown): unknown => {
  try {
    return { value: shape(work()) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { code: error.code, offset: error.offset };
  }
};
/** Tells -0 from 0 and keeps the order of members. */
const shape = (value: unknown): unknown => {
  if (Object.is(value, -0)) return 'minus zero';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(shape);
  return [
    'members',
    Object.getPrototypeOf(value) === Object.prototype,
    ...Object.entries(value).map(([k, v]) => [k, shape(v)]),
  ];
};

/** Whatever way the text takes, it is judged as the strict parser alone judges it. */
const agree = (text: string, maxDepth = defaultLimits.maxDepth): void => {
  const byHand = outcome(() => parseByHand(text, maxDepth));
  expect(outcome(() => parseStrict(text, { maxDepth }))).toEqual(byHand);
  expect(outcome(() => parseCanonical(text, { maxDepth }).value)).toEqual(byHand);
  const native = parseNative(text, maxDepth);
  if (native !== undefined) expect({ value: shape(native.value) }).toEqual(byHand);
  if (typeof byHand === 'object' && byHand !== null && 'value' in byHand) {
    const value = parseByHand(text, maxDepth);
    expect(parseCanonical(text, { maxDepth }).canonical).toBe(canonicalize(value) === text);
    if (native?.sorted === true) expect(canonicalize(value)).toBe(text);
    const bytes = Buffer.from(text);
    if (text.isWellFormed()) expect(shape(parseStrict(bytes, { maxDepth }))).toEqual(shape(value));
  }
};

const HOSTILE = [
  '{"a":1,"a":2}',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":1}',
  '{"\\u0061":1,"a":1}',
  '{"x":{"y":[{"a":1,"b":2,"a":1}]}}',
  '{"":1,"":1}',
  '{"1":1,"1":1}',
  '{"__proto__":{}}',
  '{"__proto__":1,"__proto__":2}',
  '{"a":{"__proto__":null}}',
  '{"\\u005f_proto__":{}}',
  '{"constructor":{}}',
  '[{"prototype":1}]',
  '{"toJSON":1}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":{}}',
  '{"10":1,"9":2}',
  '{"9":1,"10":2}',
  '{"b":1,"a":2}',
  '{"2":1,"1":2,"a":3}',
  '{"4294967295":1,"4294967294":2}',
  '1.0',
  '1e0',
  '-0',
  '[-0]',
  '0.0',
  '1E2',
  '1e21',
  '1e+21',
  '1e-7',
  '0.000001',
  '1e-400',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740992',
  '100000000000000000000',
  '1000000000000000000000',
  '1e999',
  '-1e999',
  '01',
  '+1',
  '.5',
  '5.',
  'NaN',
  'Infinity',
  '"\\ud800"',
  '"\\uD800"',
  '"\ud800"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\ude00"',
  '"😀"',
  '{"\\ud800":1}',
  '{"\ud800":1}',
  '"\\u0000"',
  '"\\\\u0000"',
  '"\\\\ud800"',
  '"\u0000"',
  '{"\\u0000":1}',
  '"\\u001f"',
  '"\\u001F"',
  '"\\b\\f\\n\\r\\t"',
  '"\\u0008"',
  '"\\/"',
  '"\u007f\u2028\u2029"',
  '"\\u2028"',
  '"\t"',
  '\ufeff{}',
  '{}\ufeff',
  ' {}',
  '{} ',
  '{ }',
  '{"a": 1}',
  '[1,]',
  '[,1]',
  '{"a":1,}',
  '{,}',
  '{"a"}',
  '{a:1}',
  "{'a':1}",
  '{} {}',
  '',
  ' ',
  'nul',
  'null',
  'true',
  'tru',
  '"',
  '[',
  ']',
  '[]]',
  '//',
  '/**/1',
  `${'['.repeat(32)}${']'.repeat(32)}`,
  `${'['.repeat(33)}${']'.repeat(33)}`,
  `${'{"a":'.repeat(32)}1${'}'.repeat(32)}`,
  `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
  `${'['.repeat(49_000)}${']'.repeat(49_000)}`,
  '['.repeat(100_000),
  `"${'a'.repeat(100_000)}"`,
  `[${'0,'.repeat(50_000)}0]`,
];

describe('a text that is read by JSON.parse', () => {
  it.each(HOSTILE.map((text) => [text]))('is judged as the strict parser judges it: %.60s', (text) => {
    agree(text);
    agree(`[${text}]`);
    agree(`{"a":${text}}`);
    agree(text, 2);
  });

  it('is none of those in which JSON.parse would choose between two meanings', () => {
    for (const text of ['{"a":1,"a":1}', '{"a":1,"\\u0061":1}', '{"__proto__":1}', '9007199254740992', '"\\ud800"'])
      expect(parseNative(text, 32)).toBeUndefined();
  });

  it('is every statement in its canonical form', () => {
    expect(parseNative('{"a":["å",1,-1.5,true,null,""],"b":{"c":"\\n\\""}}', 32)?.sorted).toBe(true);
    expect(parseNative('{"b":1,"a":2}', 32)?.sorted).toBe(false);
  });

  it('does not spoil the next one when its octets are not UTF-8', () => {
    for (const bytes of [
      Uint8Array.of(0x22, 0xff, 0x22),
      Uint8Array.of(0x22, 0xc3),
      Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
    ])
      expect(outcome(() => parseStrict(bytes))).toEqual({ code: 'INVALID_ENCODING', offset: undefined });
    expect(parseStrict(Buffer.from('"å"'))).toBe('å');
    expect(outcome(() => parseStrict(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)))).toEqual({
      code: 'MALFORMED_JSON',
      offset: 0,
    });
  });

  const names = fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      '\\u0061',
      '__proto__',
      'constructor',
      'toJSON',
      '1',
      '10',
      '9',
      'å',
      '\\ud800',
      '\\u0000',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const space = fc.constantFrom('', '', '', '', ' ', '\n');
  const scalars = fc.oneof(
    fc.constantFrom(
      '0',
      '-0',
      '1',
      '1.0',
      '1e0',
      '1e21',
      '1e+21',
      '9007199254740992',
      '9007199254740991',
      'null',
      'true',
      '""',
    ),
    fc.constantFrom('"\\ud83d\\ude00"', '"\\ud800"', '"\\n"', '"\\/"', '"\\u000a"', '"\ud800"', '"\\u0000"'),
    fc.double().map((n) => JSON.stringify(n)),
    fc.maxSafeInteger().map(String),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  );
  /** Texts that are JSON or nearly: members twice, other spellings, spaces here and there. */
  const { texts } = fc.letrec<{ texts: string }>((tie) => ({
    texts: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      scalars,
      fc.tuple(space, fc.array(tie('texts'), { maxLength: 4 })).map(([gap, items]) => `[${items.join(`,${gap}`)}]`),
      fc
        .tuple(space, fc.array(fc.tuple(names, tie('texts')), { maxLength: 4 }))
        .map(([gap, members]) => `{${members.map(([name, text]) => `"${name}":${gap}${text}`).join(',')}}`),
    ),
  }));

  it('is judged alike, whatever is written', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(2, 4, 32), (text, depth) => agree(text, depth)),
      { numRuns: 1_000 },
    );
  });

  it('is judged alike, one character taken out, put in or changed', () => {
    const characters = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '0',
      '1',
      '.',
      'e',
      '-',
      'u',
      '\0',
      '\ud800',
      'a',
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(2), characters, (json, place, kind, character) => {
        const at = place % (json.length + 1);
        agree(json.slice(0, at) + (kind === 1 ? '' : character) + json.slice(at + (kind === 0 ? 0 : 1)));
      }),
      { numRuns: 1_000 },
    );
  });

  const suite = corpus('json-test-suite');
  (suite ? it : it.skip)('is judged alike in all of the JSONTestSuite', () => {
    const folder = join(suite?.path ?? '', 'test_parsing');
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file));
      const text = bytes.toString();
      if (Buffer.compare(Buffer.from(text), bytes) === 0) for (const depth of [4, 512]) agree(text, depth);
    }
  });
});

describe('the canonical form', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withSparseArray: true,
    withUnicodeString: true,
  });
  /** As it was first written: plainly, a list of sorted members for every object. */
  const plainly = (value: unknown): string => {
    if (value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new JsonError('NUMBER_OUT_OF_RANGE');
      return JSON.stringify(value);
    }
    if (typeof value === 'string') {
      if (!value.isWellFormed()) throw new JsonError('INVALID_TEXT');
      return JSON.stringify(value);
    }
    if (Array.isArray(value)) return `[${Array.from(value, plainly).join(',')}]`;
    const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
    if (prototype !== null && prototype !== Object.prototype) throw new JsonError('MALFORMED_JSON');
    const members = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${plainly(name)}:${plainly(member)}`).join(',')}}`;
  };

  it('is the same as written plainly, of values of every kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.string({ unit: 'binary' }), fc.dictionary(fc.string({ unit: 'binary' }), anything)),
        (value) => {
          expect(outcome(() => canonicalize(value))).toEqual(outcome(() => plainly(value)));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
