import { describe, expect, it } from '@jest/globals';
import { entityTagOf, expectedBy, isAmong } from './conditional.js';

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

  it.each<[boolean, string]>([
    [true, tag],
    [true, ` "x" ,${tag}`],
    [true, '*'],
    [false, `W/${tag}`],
    [false, '"x"'],
    [false, ''],
    [false, `*, "x"`],
    [false, tag.replaceAll('"', '')],
  ])('is expected: %s, by %s, and nothing is where there is none', (isMet, header) => {
    const failed = expect.objectContaining({ code: 'precondition-failed', status: 412 });
    const outcome = (current: object | undefined): unknown => {
      try {
        return expectedBy(header)(current);
      } catch (error) {
        return error;
      }
    };
    expect(outcome({ state: 'fetched' })).toEqual(isMet ? undefined : failed);
    expect(outcome(undefined)).toEqual(failed);
  });
});
