import { expect, it } from '@jest/globals';
import { stockholmDate } from './dates.js';

it('counts days in Stockholm, in winter and in summer', () => {
  expect(stockholmDate(new Date('2025-11-30T22:59:59.999Z'))).toBe('2025-11-30');
  expect(stockholmDate(new Date('2025-11-30T23:00:00.000Z'))).toBe('2025-12-01');
  expect(stockholmDate(new Date('2026-06-30T22:00:00.000Z'))).toBe('2026-07-01');
});
