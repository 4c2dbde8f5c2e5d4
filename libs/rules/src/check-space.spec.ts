import { expect, test } from '@jest/globals';
import { ruleSets } from '#legal-basis';
import { checkSpace } from './check-space.js';

/** The smallest; `rules check` holds the newest to it. */
const [first] = ruleSets;

test('a rule set denies all that no version covers', () => {
  if (first === undefined) throw new Error('no rule set is released');
  const { counts, violations } = checkSpace(first);
  expect(violations).toEqual([]);
  expect(counts['checks']).toBeGreaterThan(100_000);
}, 120_000);
