import type { DisclosureRecord } from './disclosure.js';

/** Something that is not the same in two records of one case, in codes. */
export interface Difference {
  readonly what: 'fact' | 'ground' | 'category' | 'assessment' | 'purpose' | 'recipient';
  readonly code: string;
  /** Absent: not there. */
  readonly before?: string;
  readonly after?: string;
}

/** What of a record that followed differs from the one before it; members that are not opened differ in nothing. */
export function differencesOf(before: DisclosureRecord, after: DisclosureRecord): readonly Difference[] {
  const listed = (what: Difference['what'], of: (record: DisclosureRecord) => readonly string[] | undefined) =>
    changed(what, asMap(of(before)), asMap(of(after)));
  return [
    ...changed('recipient', { recipient: before.recipient }, { recipient: after.recipient }),
    ...changed('purpose', one('purpose', before.purpose), one('purpose', after.purpose)),
    ...listed('ground', ({ grounds }) => grounds),
    ...changed('fact', factsOf(before), factsOf(after)),
    ...listed('category', ({ categories }) => categories),
    ...listed('assessment', ({ assessments }) => assessments?.map(({ test, outcome }) => `${test} ${outcome}`)),
  ];
}

type Codes = Readonly<Record<string, string>>;
const one = (code: string, value: string | undefined): Codes => (value === undefined ? {} : { [code]: value });
const asMap = (codes: readonly string[] = []): Codes => Object.fromEntries(codes.map((code) => [code, 'true']));
const factsOf = ({ facts = {}, derived = {} }: DisclosureRecord): Codes =>
  Object.fromEntries(Object.entries({ ...facts, ...derived }).map(([code, value]) => [code, String(value)]));

const changed = (what: Difference['what'], before: Codes, after: Codes): readonly Difference[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((code) => before[code] !== after[code])
    .map((code) => ({
      what,
      code,
      ...(before[code] === undefined ? {} : { before: before[code] }),
      ...(after[code] === undefined ? {} : { after: after[code] }),
    }));
