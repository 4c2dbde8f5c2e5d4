import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { filled } from './build.js';

describe('the one file', () => {
  const page = readFileSync('libs/verifier/browser/page.html', 'utf8');
  const parts = { policy: 'P', style: 'S', script: '$& {{style}}' };

  it('has policy, style and script in their places, as they stand', () => {
    const made = filled(page, parts);
    expect(made).toContain('content="P"');
    expect(made).toContain('<style>S</style>');
    expect(made).toContain('<script type="module">$& {{style}}</script>');
  });

  it.each([
    ['with a place taken apart', page.replace('{{script}}', '{ { script; } }')],
    ['with space beside a place', page.replace('{{style}}', ' {{style}} ')],
    ['with a place twice', page.replace('<body>', '<style>{{style}}</style><body>')],
    ['with a place in its text', page.replace('<noscript>', '<noscript>{{style}}')],
    ['without a place', page.replace('{{policy}}', '')],
  ])('is not made of a page %s', (_how, bad) => {
    expect(() => filled(bad, parts)).toThrow(/exactly once/);
  });
});
