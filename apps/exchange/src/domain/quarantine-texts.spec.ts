import { describe, expect, it } from '@jest/globals';
import { QUARANTINE_REASONS } from './errors.js';
import { textOf } from './quarantine-texts.js';

describe('a reason in words', () => {
  it.each([
    ...QUARANTINE_REASONS,
    'decided',
    'other-attempt',
    'may-be-received',
    'nothing-stands',
    'discarded',
    'not-kept',
    'needs-force',
    'timed-out',
  ])('says %s in Swedish and English', (code) => {
    const { sv, en } = textOf(code);
    expect([sv, en]).not.toContain(code);
    expect(sv).not.toBe(en);
  });

  it('is the code itself where an earlier version wrote one that is not known now', () => {
    expect(textOf('of-old')).toEqual({ sv: 'of-old', en: 'of-old' });
  });
});
