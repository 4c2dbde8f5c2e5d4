import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { corpus, unexpected } from '#testing';
import { intakeOf, validCases } from '../tools/docs/json-page.js';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/json.md'), 'utf8');
const unlinked = (text: string): string => text.replaceAll(/\[|\]\([^)]*\)/g, '');
/** Case and what the reader does, as the page has them. */
const rows = [...PAGE.matchAll(/^\| `(y_[^`]+)` +\|.*\| ([^|]+?) +\|$/gm)].map(([, name = '', reader = '']) => [
  name,
  unlinked(reader),
]);
const refusals = {
  y_object_duplicated_key: 'a member name given twice has no one meaning',
  y_object_duplicated_key_and_value: 'a member name given twice has no one meaning',
  y_object_escaped_null_in_key: 'NUL cannot be stored as text',
  y_string_null_escape: 'NUL cannot be stored as text',
};

describe('the page about JSON', () => {
  it('has a row for each text that is JSON, and says why some are refused', () => {
    expect(rows.length).toBe(95);
    const refused = rows.filter(([, reader]) => reader !== 'read').map(([name = '']) => name);
    expect(unexpected(refused, refusals)).toEqual([]);
    expect(unlinked(PAGE)).toContain('to each it answers 400 invalid-request.');
  });

  const suite = corpus('json-test-suite');
  (suite ? it : it.skip)('says of each what the reader and the route do', async () => {
    const seen: string[][] = [];
    for (const { name, octets } of validCases(suite?.path ?? '')) {
      const { refused, asReferral } = await intakeOf(octets);
      if (refused === undefined) expect([name, asReferral]).toEqual([name, '400 invalid-request']);
      seen.push([name, refused ?? 'read']);
    }
    expect(rows).toEqual(seen);
  });
});
