import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AUTHORITY_KINDS,
  buildClaims,
  classify,
  compareClaims,
  messageTypes,
  validateContent,
  type Declarations,
} from '#legal-basis';
import type { JsonValue } from '#json';
import { readMessageTypeSources } from './message-types.js';

const TYPES = join(import.meta.dirname, '../../legal-basis/message-types');
const ON = '2026-11-24';
const BENEFITS = ['assistansersattning', 'bostadsbidrag'];
const sources = readMessageTypeSources(TYPES, BENEFITS);
const examples = sources.flatMap(({ id, examples: own }) => own.map((example) => ({ id, ...example })));
type Fields = { readonly [name: string]: JsonValue };
const isFields = (value: JsonValue): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The content once for each object in it, that object with one member more. */
function withUnknown(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) {
    const members = value as readonly JsonValue[];
    return members.flatMap((member, at) => withUnknown(member).map((other) => members.with(at, other)));
  }
  if (!isFields(value)) return [];
  const inner = Object.entries(value).flatMap(([name, member]) =>
    withUnknown(member).map((other) => ({ ...value, [name]: other })),
  );
  return [{ ...value, note: 'Tolvan Provberg' }, ...inner];
}

test('the types that are read are those that are compiled', () => {
  expect(sources.map(({ id }) => id)).toEqual(messageTypes.map(({ id }) => id));
});

describe.each(examples)('$id from $sender', ({ id, sender, declarations, content }) => {
  /** States a provision for every item: a kind without a default has to. */
  const stated = (): Declarations => {
    const of = (kind: typeof sender): readonly string[] => {
      try {
        return classify(id, content, kind, declarations).map((item) => item.id);
      } catch {
        return [];
      }
    };
    return { ...declarations, secrecy: Object.fromEntries(of(sender).map((item) => [item, ['26:1']])) };
  };
  const claimsOf = (kind: typeof sender, declared: Declarations) =>
    buildClaims(
      { type: id, initiative: 'own', purpose: 'prevent-crime', bases: [], declarations: declared, content },
      { senderKind: kind, recipient: 'polis/polismyndigheten', on: ON, assessments: [] },
    );

  test('is valid, every field classified', () => {
    expect(validateContent(id, content)).toEqual([]);
    const items = classify(id, content, sender, declarations);
    for (const name of Object.keys(content as Fields))
      expect([name, items.some((item) => new RegExp(`^${name}([.~]|$)`).test(item.id))]).toEqual([name, true]);
    expect(items.map(({ dataCategory }) => dataCategory)).not.toContain('undeclared-free-text');
  });

  test('is refused with a field that the type does not know, wherever it stands', () => {
    for (const other of withUnknown(content)) expect(validateContent(id, other)).not.toEqual([]);
  });

  test('gives the sender and the recipient the same claims, whoever sends', () => {
    expect(compareClaims(id, content, claimsOf(sender, declarations), sender, ON)).toEqual([]);
    for (const kind of AUTHORITY_KINDS) {
      const claims = claimsOf(kind, stated());
      expect([kind, compareClaims(id, content, claims, kind, ON)]).toEqual([kind, []]);
    }
  });

  test('cannot be sent by a kind without defaults that states nothing', () => {
    expect(() => claimsOf('statlig-myndighet', declarations)).toThrow(/SECRECY_UNDECLARED/);
  });

  test('is held by the recipient when an item, its secrecy or a derived fact is left out', () => {
    const claims = claimsOf(sender, declarations);
    const compared = (changed: object) => compareClaims(id, content, { ...claims, ...changed }, sender, ON);
    expect(compared({ items: claims.items.slice(1) })).toContain('item-undeclared');
    const bare = claims.items.map((item) => ({ ...item, secrecy: [] }));
    expect(compared({ items: bare })).toContain('item-secrecy');
    for (const fact of Object.keys(claims.derived)) {
      const { [fact]: _, ...derived } = claims.derived;
      expect([fact, compared({ derived })]).toEqual([fact, ['derived-facts']]);
    }
  });
});

describe('the compiler refuses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'delge-types-'));
  beforeEach(() => cpSync(TYPES, folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    [
      'a person inside another item',
      '        decidedOn: { type: string, format: date }\n',
      "        decidedOn: { $ref: '#/$defs/person' }\n",
      /feedback.effect.decidedOn: a person must be an item of its own/,
    ],
    [
      'a field without classification',
      ', x-item: { category: message-context, about: nobody } }\n    comment',
      ' }\n    comment',
      /usefulness: field without/,
    ],
    ['a category that nobody knows', 'category: case-handling', 'category: gossip', /unknown category gossip/],
    ['a field without text', '  comment: { sv: kommentar, en: comment }\n', '', /text of comment/],
    [
      'a text of no field',
      '  comment: { sv',
      '  remark: { sv: a, en: b }\n  comment: { sv',
      /remark, which is no field/,
    ],
    ['a fact from no field', 'subjects: [subject]', 'subjects: [person]', /comes from person/],
    ['an example that the type refuses', 'result: decision-made', 'result: nothing', /refused at \/result: enum/],
    ['a type without a description', /descriptionSv: .*\n/, '', /descriptionSv/],
  ])('%s', (_, from, to, said) => {
    const path = join(folder, 'feedback.yaml');
    const before = readFileSync(path, 'utf8');
    expect(before).toMatch(from);
    writeFileSync(path, before.replace(from, to));
    expect(() => readMessageTypeSources(folder, BENEFITS)).toThrow(said);
  });
});
