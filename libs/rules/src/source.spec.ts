import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ABOUT, AGE_BANDS, AUTHORITY_KINDS, LEGAL_QUESTIONS, OFFICES, PURPOSES, TESTS } from '#legal-basis';
import { AGENCIES, BRANCHES } from './agencies.js';
import { readRules } from './source.js';

const RULES = join(import.meta.dirname, '../../legal-basis/rules');
const folder = mkdtempSync(join(tmpdir(), 'delge-rules-'));
const change = (file: string, from: string, to: string): void => {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(from);
  writeFileSync(path, before.replace(from, to));
};
const FILE = 'lus-2016-774.yaml';

beforeEach(() => cpSync(RULES, folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the rules are read', () => expect(readRules(folder).versions.length).toBeGreaterThan(60));

describe('a fault is told with file, basis and member', () => {
  test.each([
    [
      'a misspelt member',
      'cooperation: true',
      'coperation: true',
      /lus-2016-774.*LUS-2016-774-2.*coperation is no word/,
    ],
    ['a missing member', 'force: duty', '', /lus-2016-774.*LUS-2016-774-2@2016-08-15: force is missing/],
    [
      'an unknown code',
      'force: duty',
      'force: maybe',
      /LUS-2016-774-2, versions, 2016-08-15, force: must be one of duty/,
    ],
    ['a day written otherwise', 'from: 2016-08-15', 'from: 15/8 2016', /LUS-2016-774-2.*from: is not written/],
    ['no test', /tests: .*/.exec(readFileSync(join(RULES, FILE), 'utf8'))?.[0] ?? '', 'tests: []', /tests/],
    ['an unknown list', 'list: lus-2016-775', 'list: no-such', /no list is called no-such/],
    ['an unknown set', 'provisions: HEALTH', 'provisions: NO-SUCH', /no set is called NO-SUCH/],
    [
      'a version that ends before it begins',
      'from: 2016-08-15',
      'from: 2016-08-15\n        until: 2016-08-15',
      /ends before/,
    ],
    ['a file that is no YAML', 'defaults:', 'defaults: [', /^lus-2016-774.yaml: .*line/],
  ])('%s', (_, from, to, said) => {
    change(FILE, from, to);
    expect(() => readRules(folder)).toThrow(said);
  });
});

describe('a misspelt authority is told with file, place and word', () => {
  test.each([
    [
      'a member of a list',
      'lists.yaml',
      'agencies: [mig, fk, csn, af]',
      'agencies: [mig, fkk, csn, af]',
      /^lists.yaml, lists, luf-2008-206, entries, .*party, agencies, fkk: must be one of polis,/,
    ],
    [
      'who is left out',
      'um-2023-456.yaml',
      'notAgencies: [um]',
      'notAgencies: [utm]',
      /^um-2023-456.yaml, bases, UM-2023-456, versions, .*notAgencies, utm: must/,
    ],
    [
      'who receives',
      'lss-1993-387.yaml',
      'agencies: [fk]',
      'agencies: [forsakringskassan]',
      /^lss-1993-387.yaml, bases, LSS-15-8, .*recipient, any, number 1, agencies, forsakringskassan: must/,
    ],
    [
      'a kind',
      'mb-1998-808.yaml',
      'kinds: [miljonamnd]',
      'kinds: [miljönämnd]',
      /^mb-1998-808.yaml, bases, MB-26-2, .*sender, any, number 1, kinds, miljönämnd: must be one of socialnamnd,/,
    ],
    [
      'a branch',
      'sfb-2010-110.yaml',
      'notBranch: brottsbekampande',
      'notBranch: brottsbekampning',
      /^sfb-2010-110.yaml, bases, SFB-110-31, .*notBranch: must be one of brottsbekampande,/,
    ],
    [
      'who decides a benefit',
      'benefits.yaml',
      'agencies: [csn]',
      'agencies: [csm]',
      /^benefits.yaml, benefits, studiemedel, decidedBy, number 1, agencies, csm: must/,
    ],
  ])('%s', (_, file, from, to, said) => {
    change(file, from, to);
    expect(() => readRules(folder)).toThrow(said);
  });
});

test('the schema has the closed lists of the engine', () => {
  const schema = readFileSync(join(RULES, 'rule-file.schema.json'), 'utf8');
  const enums: string[] = [];
  JSON.parse(schema, (key, value: unknown) => {
    if (key === 'enum') enums.push(JSON.stringify(value));
    return value;
  });
  for (const codes of [
    ABOUT,
    AGE_BANDS,
    AUTHORITY_KINDS,
    LEGAL_QUESTIONS,
    OFFICES,
    PURPOSES,
    TESTS,
    Object.keys(AGENCIES),
    BRANCHES,
  ])
    expect(enums.some((one) => one === JSON.stringify(codes) || one === JSON.stringify([...codes, '*']))).toBe(true);
});
