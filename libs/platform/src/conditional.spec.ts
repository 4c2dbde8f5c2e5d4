import { describe, expect, it } from '@jest/globals';
import { entityTagOf, isAmong } from './conditional.js';

describe('an entity tag', () => {
  const tag = entityTagOf({ state: 'fetched' });

  it('is the same for the same body, and another for another', () => {
    expect(tag).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    expect(entityTagOf({ state: 'fetched' })).toBe(tag);
    expect(entityTagOf({ state: 'acknowledged' })).not.toBe(tag);
  });

  it.each<[boolean, string | undefined]>([
    [true, tag],
    [true, `W/${tag}`],
    [true, `"x", ${tag}`],
    [false, '*'],
    [false, undefined],
    [false, ''],
    [false, '"x"'],
    [false, tag.replaceAll('"', '')],
  ])('is found: %s, in %s', (found, header) => {
    expect(isAmong(header, tag)).toBe(found);
  });
});
