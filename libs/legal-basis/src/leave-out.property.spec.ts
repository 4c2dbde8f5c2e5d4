import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonValue } from '#json';
import { classify, type Declarations } from './classify.js';
import { AUTHORITY_KINDS, type AuthorityKind } from './codes.js';
import { leaveOut } from './leave-out.js';
import { messageTypes, validateContent } from './message-type.js';

interface Source {
  readonly name: string;
  readonly version: number;
  readonly examples: readonly {
    readonly sender: AuthorityKind;
    readonly declarations?: Declarations;
    readonly content: JsonValue;
  }[];
}
const folder = join(import.meta.dirname, '../message-types');
const sources = readdirSync(folder)
  .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Partial<Source>)
  .filter((source): source is Source => source.examples !== undefined);

/** Lists three times as long, so that one of them has something after it; free text of two categories. */
const longer = (value: JsonValue): JsonValue =>
  Array.isArray(value)
    ? [...(value as JsonValue[]), ...(value as JsonValue[]), ...(value as JsonValue[])]
    : typeof value === 'object' && value !== null
      ? (Object.fromEntries(Object.entries(value).map(([name, member]) => [name, longer(member)])) as JsonValue)
      : value;
const examples = sources.flatMap(({ name, version, examples: own }) =>
  own.flatMap(({ sender, declarations = {}, content }) => {
    const type = `${name}/${version}`;
    const freeText = Object.fromEntries(
      Object.entries(declarations.freeText ?? {}).map(([field, contains]) => [
        field,
        [...new Set([...contains, 'observation'])],
      ]),
    );
    const declared = { ...declarations, freeText };
    return [content, longer(content)]
      .filter((one) => validateContent(type, one).length === 0)
      .map((one) => ({ type, sender, declared, content: one }));
  }),
);
const fieldOf = (id: string): string => id.split('~')[0] ?? '';
/** Both lie in one list, the second in a later member. */
const isAfter = (first: string, second: string): boolean => {
  const [a, b] = [fieldOf(first).split('.'), fieldOf(second).split('.')];
  const at = a.findIndex((name, place) => name !== b[place]);
  return Number(a[at]) < Number(b[at]);
};

test('every message type has an example', () => {
  expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(messageTypes.map(({ id }) => id)));
  expect(AUTHORITY_KINDS).toEqual(expect.arrayContaining(examples.map(({ sender }) => sender)));
});

describe.each(examples)('leaving items out of $type from $sender', ({ type, sender, declared: given, content }) => {
  const ids = classify(type, content, sender, given).map(({ id }) => id);
  const declarations = { ...given, secrecy: Object.fromEntries(ids.map((id) => [id, ['26:1', '28:1']])) };
  const whole = classify(type, content, sender, declarations);

  test('leaves a message of its type with exactly the items that stay, as they were', () => {
    fc.assert(
      fc.property(fc.subarray(ids), (out) => {
        const left = leaveOut(type, content, declarations, out);
        if (left === undefined) return;
        expect(validateContent(type, left.content)).toEqual([]);
        const stays = classify(type, left.content, sender, left.declarations);
        expect(stays).toEqual(whole.filter(({ id }) => stays.some((item) => item.id === id)));
        expect(stays.filter(({ id }) => out.includes(id))).toEqual([]);
        for (const { id } of whole) {
          if (stays.some((item) => item.id === id)) continue;
          const why = out.some((other) => fieldOf(other) === fieldOf(id) || isAfter(other, id));
          expect([id, why]).toEqual([id, true]);
        }
        const gone = whole.map(({ id }) => id).filter((id) => !stays.some((item) => item.id === id));
        expect(leaveOut(type, content, declarations, gone)).toEqual(left);
      }),
      { numRuns: 100 },
    );
  });

  test('leaves nothing out when nothing is to go, and nothing when all is', () => {
    expect(leaveOut(type, content, declarations, [])?.content).toEqual(content);
    expect(leaveOut(type, content, declarations, ids)).toBeUndefined();
  });
});
