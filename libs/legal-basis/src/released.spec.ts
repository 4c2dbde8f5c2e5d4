import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { check } from './check.js';
import { inputOf } from './fixtures.js';
import { ruleSetDigest, ruleSets } from './released.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

test('what was released once is as it was', () => {
  const [first] = ruleSets;
  expect(first?.number).toBe(1);
  expect(first === undefined ? '' : ruleSetDigest(first, sha256)).toBe('4jUjQc6iOzselFrXgSybUkBQ0Fs3guSOUtsHtHnJFmw');
});

test('numbers and dates rise, and no engine is demanded that this build lacks', () => {
  const numbers = ruleSets.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  const dates = ruleSets.map(({ date }) => date);
  expect(dates).toEqual([...dates].sort());
});

test('an engine older than the set demands computes nothing', () => {
  const [, second] = ruleSets;
  const input = inputOf(
    { from: 'fk/kontroll', to: 'polis/noa', bases: ['OSL-10-27'], secrecy: ['28:1'] },
    undefined,
    second,
  );
  expect(() => check(input, 1)).toThrow('ENGINE_TOO_OLD');
  expect(check(input, 2).outcome).toBe('permit');
});
