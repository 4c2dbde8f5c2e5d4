import fc from 'fast-check';
import { resolved } from './api.js';
import type { Schema } from './api.js';

/** Ways to give a value. */
export interface Values {
  /** One that the description allows, mostly. */
  readonly valid: (schema: Schema) => fc.Arbitrary<unknown>;
  /** One that hardly anybody allows. */
  readonly strange: fc.Arbitrary<unknown>;
  /** A text that hardly anybody allows. */
  readonly strangeText: fc.Arbitrary<string>;
}

const LONGEST = 3_000;

const ofPatterns = new Map<string, fc.Arbitrary<string>>();
/** Kept: what fast-check makes of a pattern takes its time. */
const stringMatching = (pattern: string): fc.Arbitrary<string> => {
  const found = ofPatterns.get(pattern) ?? fc.stringMatching(new RegExp(pattern, 'u'));
  ofPatterns.set(pattern, found);
  return found;
};

/** A text of a pattern. */
const matching = (pattern: string, max: number): fc.Arbitrary<string> => {
  const regex = new RegExp(pattern, 'u');
  const fits = (text: string): boolean => regex.test(text) && text.length <= max;
  const dates = fc
    .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const day = dates.map((date) => date.slice(0, 10));
  // Most texts of these patterns are no day of any calendar.
  if (pattern.startsWith('^\\d{4}-'))
    return fc.oneof({ weight: 4, arbitrary: regex.test('2026-11-20') ? day : dates }, stringMatching(pattern));
  // fast-check reads no lookahead, and spends a minute on a class of Unicode.
  if (pattern.includes('\\p{'))
    return fc.oneof(fc.constantFrom('a', 'Åäö 1.pdf', '中'.repeat(40)), fc.string({ minLength: 1 })).filter(fits);
  return stringMatching(pattern).map((text) => (fits(text) ? text : text.slice(0, max)));
};

/** @param canary stands in whatever is strange, and in no answer */
export const valuesWith = (canary: string, codes: readonly string[]): Values => {
  const strangeText = fc.oneof(
    fc.constantFrom(
      canary,
      '',
      ' ',
      `${canary}\n`,
      `${canary}\u0085`,
      `${canary}\u202e\u2066`,
      `' OR '1'='1' -- ${canary}`,
      `"; DROP TABLE referral; -- ${canary}`,
      `{"$gt":"${canary}"}`,
      `../../../../etc/passwd?${canary}`,
      `%00%0d%0a${canary}`,
      `\${jndi:ldap://127.0.0.1/${canary}}`,
      `<script>${canary}</script>`,
      'true',
      'null',
      'undefined',
      'NaN',
      '-1',
      '0x10',
      '1e1',
      '00000000-0000-0000-0000-000000000000',
      '2026-02-31',
      '9999-12-31T23:59:59.999999999+14:00',
      '0000-01-01T00:00:00Z',
      `${canary}å`.repeat(200),
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const strange = fc.oneof(
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e21, -0, 9007199254740991, [], {}, [canary], [[]], [null]),
    fc.constantFrom<unknown>({ x: canary }, { $ne: canary }, { length: 3 }, { toJSON: canary }),
    strangeText,
    fc.jsonValue({ maxDepth: 3 }),
  );

  const known = new Map<Schema, fc.Arbitrary<unknown>>();
  const valid = (schema: Schema): fc.Arbitrary<unknown> => {
    const found = known.get(schema) ?? made(schema);
    known.set(schema, found);
    return found;
  };
  const made = (schema: Schema): fc.Arbitrary<unknown> => {
    const { oneOf, type, enum: listed, pattern, ...bounds } = resolved(schema);
    if (oneOf !== undefined) return fc.oneof(...oneOf.map(valid));
    if (listed !== undefined) return fc.constantFrom(...listed);
    if (type === 'boolean') return fc.boolean();
    if (type === 'integer')
      return fc.integer({ min: bounds.minimum ?? 0, max: Math.min(bounds.maximum ?? 4096, 2 ** 31 - 1) });
    if (type === 'array')
      return fc.array(valid(bounds.items ?? {}), {
        minLength: bounds.minItems ?? 0,
        maxLength: Math.min(bounds.maxItems ?? 5, Math.max(5, bounds.minItems ?? 0)),
      });
    if (type === 'object') return object(bounds);
    const max = Math.min(bounds.maxLength ?? 128, LONGEST);
    if (pattern === undefined) return fc.string({ minLength: bounds.minLength ?? 0, maxLength: max, unit: 'grapheme' });
    const fitting = codes.filter((code) => new RegExp(pattern, 'u').test(code));
    const text = matching(pattern, max);
    return fitting.length === 0 ? text : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...fitting) }, text);
  };
  const object = ({ properties, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> => {
    if (properties !== undefined) {
      const model = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, valid(one)]));
      return fc.record(model, { requiredKeys: required.filter((name) => name in model), noNullPrototype: true });
    }
    const value =
      typeof additionalProperties === 'object' ? valid(additionalProperties) : fc.jsonValue({ maxDepth: 2 });
    const name = fc.oneof(fc.constantFrom(...codes), stringMatching('^[a-z][a-z-]{0,20}$'));
    return fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
  };
  return { valid, strange, strangeText };
};
