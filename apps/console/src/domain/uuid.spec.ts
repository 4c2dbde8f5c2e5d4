import { expect, it } from '@jest/globals';
import { isUuid } from './uuid.js';

it.each(['0190d9f0-7a53-7cc0-8cde-8b09c5d9a001', '6f2a1f5e-0000-8000-8000-000000000001'])('%s is one', (text) => {
  expect(isUuid(text)).toBe(true);
});

it.each([
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '0190D9F0-7A53-7CC0-8CDE-8B09C5D9A001',
  '0190d9f07a537cc08cde8b09c5d9a001',
  '',
])('%j is none, and nobody is asked for it', (text) => {
  expect(isUuid(text)).toBe(false);
});
