import type { Schema } from './wire.js';

const DIGEST = 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80';
/** One of each kind of text that a wire message has; the narrowest patterns are those that come first. */
const TEXTS = [
  '01890a5d-ac96-774b-bcce-b302099a8057',
  'eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl',
  'eyJhbGciOiJFQ0RILUVTIn0..aXY.Y2lwaGVydGV4dA.dGFn',
  DIGEST,
  `c2sp.org/tlog-proof@v1\nindex 4711\n\ndelge.example/disclosure\n4712\n${DIGEST}=\n\n— delge.example/disclosure c2ln\n`,
];
interface Member {
  readonly type: string;
  readonly pattern?: string;
}

const exampleOf = (name: string, { type, pattern = '' }: Member): string | number => {
  if (type === 'integer') return 1;
  // Of a proof any line fits the pattern: the whole one says more.
  const texts = name === 'proof' ? TEXTS.toReversed() : TEXTS;
  const fits = texts.find((text) => new RegExp(pattern, 'u').test(text));
  if (fits === undefined) throw new Error(`there is no example of ${name}`);
  return fits;
};

/** A body with every member of its schema. @throws {Error} on a text of which there is no example */
export const wireExample = (schema: Schema): object => {
  const members = Object.entries(schema['properties'] as Readonly<Record<string, Member>>);
  return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(name, member)]));
};
