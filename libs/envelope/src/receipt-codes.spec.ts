import { describe, expect, it } from '@jest/globals';
import { fitAfter } from './receipt-codes.js';
import type { Receipt } from './statements.js';

type Kind = Receipt['kind'];

describe('a receipt after others of the same attempt', () => {
  it.each<[Kind, readonly Kind[], ReturnType<typeof fitAfter>]>([
    ['technical', [], 'fits'],
    ['technical', ['technical'], 'fits'],
    ['rejected', [], 'fits'],
    ['rejected', ['rejected'], 'fits'],
    ['accepted', [], 'early'],
    ['form-rejected', [], 'early'],
    ['retraction-acknowledged', [], 'early'],
    ['correction-acknowledged', [], 'early'],
    ['accepted', ['technical'], 'fits'],
    ['form-rejected', ['technical'], 'fits'],
    ['retraction-acknowledged', ['technical'], 'fits'],
    ['handled', ['technical'], 'early'],
    ['handled', ['technical', 'accepted'], 'fits'],
    ['request-refused', [], 'early'],
    ['request-refused', ['technical'], 'fits'],
    // Answered in part, and refused for the rest.
    ['request-refused', ['technical', 'accepted', 'handled'], 'fits'],
    ['request-refused', ['technical', 'form-rejected'], 'contradicts'],
    ['form-rejected', ['technical', 'request-refused'], 'contradicts'],
    // Told a moment late, nothing contradicts.
    ['technical', ['accepted'], 'fits'],
    ['technical', ['rejected'], 'contradicts'],
    ['rejected', ['technical'], 'contradicts'],
    ['rejected', ['accepted'], 'contradicts'],
    ['rejected', ['retraction-acknowledged'], 'contradicts'],
    ['accepted', ['rejected'], 'contradicts'],
    ['form-rejected', ['rejected'], 'contradicts'],
    ['handled', ['rejected'], 'contradicts'],
    ['retraction-acknowledged', ['rejected'], 'contradicts'],
    ['accepted', ['technical', 'form-rejected'], 'contradicts'],
    ['form-rejected', ['technical', 'accepted'], 'contradicts'],
    ['handled', ['technical', 'form-rejected'], 'contradicts'],
  ])('%s after %j: %s', (kind, before, fit) => {
    expect(fitAfter(kind, new Set(before))).toBe(fit);
  });
});
