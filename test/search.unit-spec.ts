import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Canaries } from './support/canaries.js';
import { Search } from './support/search.js';

const ENCODINGS = ['utf8', 'hex', 'base64', 'base64url', 'utf16le'] as const;

describe('what is sought', () => {
  it('is found by name wherever it stands, in every spelling, whatever it has in common with the rest', () => {
    const canaries = new Canaries();
    const words = { ...canaries.words, first: canaries.at('first'), second: canaries.at('second') };
    const unlike = { claims: '{"v":1}', receipt: 'decided', one: 'x' };
    for (const texts of [words, unlike, { second: words.second }])
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 40 }),
          fc.uint8Array({ maxLength: 40 }),
          fc.constantFrom(...ENCODINGS),
          (before, after, encoding) => {
            for (const [name, text] of Object.entries(texts).filter(([, one]) => one.length > 5)) {
              const bytes =
                encoding === 'utf16le' || encoding === 'utf8'
                  ? Buffer.concat([before, Buffer.from(text, encoding), after])
                  : Buffer.from(Buffer.concat([before, Buffer.from(text), after]).toString(encoding));
              expect(new Search(texts).in(bytes)).toContain(name);
            }
          },
        ),
      );
  });

  it('is not found where a part of it stands', () => {
    const canaries = new Canaries();
    const first = canaries.at('first');
    const search = new Search({ first, second: canaries.at('second') });
    for (const part of [first.slice(1), first.slice(0, -1), canaries.run])
      expect(search.in(Buffer.from(`(${part})`))).toEqual([]);
  });
});
