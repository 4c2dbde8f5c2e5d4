import { expect, test } from '@jest/globals';
import { ruleSets } from '#legal-basis';
import { checkRules } from './check.js';

const newest = ruleSets.at(-1);

test('the newest rule set denies all that no version covers', () => {
  if (newest === undefined) throw new Error('no rule set is released');
  const { counts, violations } = checkRules(newest);
  expect(violations).toEqual([]);
  expect(counts['checks']).toBeGreaterThan(100_000);
}, 120_000);
