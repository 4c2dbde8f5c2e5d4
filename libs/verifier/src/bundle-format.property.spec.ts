import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAnyLine, parseOpeningLine } from './bundle-format.js';

const token = fc.stringMatching(/^[A-Za-z0-9_-]{0,8}(\.[A-Za-z0-9_-]{0,8}){0,3}$/);
const idx = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('00', '01', '-1', '1.0', '', '9'.repeat(16), '9'.repeat(17), ' 1'),
);
const lines = fc
  .record({ idx, entry: token, blind: token, annex: token, erasedBy: idx }, { requiredKeys: ['idx'] })
  .map((line) => JSON.stringify(line));
const same = (line: string): void => expect(parseOpeningLine(line)).toEqual(parseAnyLine(line));

it('reads a line as the parser reads it, whichever way', () => {
  fc.assert(fc.property(lines, same));
  fc.assert(
    fc.property(idx, token, token, token, (index, entry, blind, annex) => {
      const line = JSON.stringify({ idx: index, entry, blind, annex });
      same(line);
      same(line.replace('}', ',"idx":"1"}'));
      same(line.replace('"annex"', '"entry"'));
    }),
  );
});

it('reads it alike, one character taken out, put in or changed', () => {
  const characters = fc.constantFrom(
    '"',
    '\\',
    '{',
    '}',
    ',',
    ':',
    ' ',
    '\n',
    '\r',
    'a',
    '=',
    '+',
    '/',
    '\u00e5',
    '\0',
  );
  const line = '{"idx":"7","entry":"aa.bb.cc","blind":"dd","annex":"ee.ff.gg"}';
  expect(parseOpeningLine(line)).toEqual({
    is: 'opening',
    index: 7n,
    entry: 'aa.bb.cc',
    blind: 'dd',
    annex: 'ee.ff.gg',
  });
  fc.assert(
    fc.property(fc.nat(line.length), fc.nat(2), characters, (at, kind, character) =>
      same(line.slice(0, at) + (kind === 1 ? '' : character) + line.slice(at + (kind === 0 ? 0 : 1))),
    ),
    { numRuns: 1_000 },
  );
});

it('takes none that is longer than the parser takes', () => {
  const long = (length: number): string => `{"idx":"1","entry":"${'a'.repeat(length)}","blind":"b","annex":"c"}`;
  const rest = long(0).length;
  expect(parseOpeningLine(long(1_048_576 - rest))).toBeDefined();
  expect(parseOpeningLine(long(1_048_577 - rest))).toBeUndefined();
});
