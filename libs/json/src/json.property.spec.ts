import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalize, parseStrict } from './index.js';

const names = fc
  .string({ unit: 'binary' })
  .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name) && !name.includes('\0'));
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n)),
    fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5 }),
  ),
})).value;

it('reads back what it canonicalised, and canonicalises that to the same text', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const text = canonicalize(value);
      expect(canonicalize(parseStrict(text))).toBe(text);
    }),
  );
});

it('gives the same text whatever order the members were added in', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(names, fc.integer()), { selector: ([name]) => name, maxLength: 8 }),
      (members) => {
        expect(canonicalize(Object.fromEntries(members))).toBe(
          canonicalize(Object.fromEntries([...members].reverse())),
        );
      },
    ),
  );
});

it('agrees with JSON.parse on every text it accepts', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      try {
        expect(parseStrict(text)).toEqual(JSON.parse(text));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'JsonError') throw error;
      }
    }),
  );
});
