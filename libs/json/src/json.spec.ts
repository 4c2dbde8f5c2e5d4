import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { corpus, unexpected } from '#testing';
import { JsonError, canonicalize, parseStrict } from './index.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof JsonError ? error.code : 'other error';
  }
};

/** Texts that RFC 8259 allows and we refuse; one reason per case. */
const refusedThoughValid = {
  'y_object_duplicated_key.json': 'a member name given twice has no one meaning',
  'y_object_duplicated_key_and_value.json': 'a member name given twice has no one meaning',
  'y_string_null_escape.json': 'NUL cannot be stored as text',
  'y_object_escaped_null_in_key.json': 'NUL cannot be stored as text',
};

describe('parseStrict', () => {
  it.each([
    ['{"a":1,"a":2}', 'DUPLICATE_KEY'],
    ['{"a":1,"\\u0061":2}', 'DUPLICATE_KEY'],
    ['{"__proto__":{}}', 'FORBIDDEN_KEY'],
    ['{"constructor":1}', 'FORBIDDEN_KEY'],
    ['9007199254740993', 'NUMBER_OUT_OF_RANGE'],
    ['1e999', 'NUMBER_OUT_OF_RANGE'],
    ['"\\ud800"', 'INVALID_TEXT'],
    ['"\\u0000"', 'INVALID_TEXT'],
    ['\ufeff{}', 'MALFORMED_JSON'],
    ['{} {}', 'MALFORMED_JSON'],
    ['"\\x"', 'MALFORMED_JSON'],
    ['"open', 'MALFORMED_JSON'],
    ['', 'MALFORMED_JSON'],
    ['['.repeat(33) + ']'.repeat(33), 'JSON_TOO_DEEP'],
    ['['.repeat(49_000), 'JSON_TOO_DEEP'],
    [`"${'a'.repeat(1_048_576)}"`, 'JSON_TOO_LARGE'],
  ])('refuses %.40s with %s', (text, code) => {
    expect(codeOf(() => parseStrict(text))).toBe(code);
  });

  it('refuses octets that are not UTF-8 instead of replacing them', () => {
    expect(codeOf(() => parseStrict(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('INVALID_ENCODING');
  });

  it('takes a member named like something every object inherits for what it is', () => {
    expect(parseStrict('{"toString":1,"hasOwnProperty":2}')).toEqual({ toString: 1, hasOwnProperty: 2 });
  });

  const suite = corpus('json-test-suite');
  // pitfall 2: what gives a member twice is among what must be refused.
  (suite ? it : it.skip)('judges the JSONTestSuite as RFC 8259 does, but for listed refusals', () => {
    const folder = join(suite?.path ?? '', 'test_parsing');
    const files = readdirSync(folder);
    expect(files.length).toBe(318);
    const deviations = files.filter((file) => {
      if (file.startsWith('i_')) return codeOf(() => parseStrict(readFileSync(join(folder, file)))) === 'other error';
      const accepted = codeOf(() => parseStrict(readFileSync(join(folder, file)), { maxDepth: 512 })) === 'accepted';
      return accepted !== file.startsWith('y_');
    });
    expect(unexpected(deviations, refusedThoughValid)).toEqual([]);
  });
});

describe('canonicalize', () => {
  const vectors = corpus('jcs');
  (vectors ? it : it.skip)('gives the output of the RFC 8785 reference vectors', () => {
    for (const file of readdirSync(join(vectors?.path ?? '', 'testdata/input'))) {
      const input = parseStrict(readFileSync(join(vectors?.path ?? '', 'testdata/input', file)));
      const output = readFileSync(join(vectors?.path ?? '', 'testdata/output', file), 'utf8');
      expect(canonicalize(input)).toBe(output);
    }
  });

  it.each([[undefined], [{ a: undefined }], [new Date(0)], [Number.NaN], [10n], ['\ud800'], [new Array(1)]])(
    'refuses what JSON cannot say',
    (value) => {
      expect(() => canonicalize(value)).toThrow(JsonError);
    },
  );
});
