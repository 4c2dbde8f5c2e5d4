import type { OpeningLineView } from '#contracts';
import { parseStrict } from '#json';
import type { JsonValue } from '#json';
import { markOf } from './marks.js';
import type { Mark } from './marks.js';

/** One field of an entry, that nobody has assessed yet. */
export interface Field {
  /** `entry`, or the type of the statement beside it. */
  readonly of: string;
  readonly path: string;
  readonly value: string | number | boolean | null;
  readonly mark: Mark;
}
export interface PrintedEntry {
  readonly index: string;
  readonly kind: string;
  /** Of the entry that says that its opening is erased. */
  readonly erasedBy?: string;
  readonly fields: readonly Field[];
}

/** An own entry, field by field. What is no statement is one field that nobody knows. */
export const entryOf = (line: OpeningLineView): PrintedEntry => {
  if (!('entry' in line)) return { index: line.idx, kind: 'erased', erasedBy: line.erasedBy, fields: [] };
  const entry = statementOf(line.entry);
  const annexes = line.annex === undefined ? [] : line.annex.split('\n').map(statementOf);
  const fields = [...fieldsOf('entry', entry), ...annexes.flatMap((annex) => fieldsOf(annex.typ, annex))];
  const kind = fields.find(({ of, path }) => of === 'entry' && path === 'kind')?.value;
  return { index: line.idx, kind: typeof kind === 'string' ? kind : '?', fields };
};

interface Read {
  readonly typ: string;
  readonly payload: JsonValue;
}

/** @param text a compact JWS; it is printed here and verified by `delge verify` */
const statementOf = (text: string): Read => {
  const [header = '', payload = ''] = text.split('.');
  try {
    const { typ } = parseStrict(Buffer.from(header, 'base64url')) as { readonly typ?: JsonValue };
    return { typ: typeof typ === 'string' ? typ : '?', payload: parseStrict(Buffer.from(payload, 'base64url')) };
  } catch {
    return { typ: '?', payload: text };
  }
};

const fieldsOf = (of: string, { payload }: Read): readonly Field[] =>
  leavesOf(payload, '').map(([path, value]) => ({ of, path, value, mark: markOf(path) }));

/** Values with their paths. What is empty is a value too: that there is none is told as well. */
const leavesOf = (value: JsonValue, path: string): readonly (readonly [string, Field['value']])[] => {
  if (value === null || typeof value !== 'object') return [[path, value]];
  const inside = Array.isArray(value)
    ? value.map((one, nth) => [`${path}[${nth}]`, one] as const)
    : Object.entries(value).map(([name, one]) => [path === '' ? name : `${path}.${name}`, one] as const);
  if (inside.length === 0) return [[path, Array.isArray(value) ? '[]' : '{}']];
  return inside.flatMap(([at, one]) => leavesOf(one as JsonValue, at));
};
