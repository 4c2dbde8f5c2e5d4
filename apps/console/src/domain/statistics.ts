import { isNote } from './note.js';
import { suppressed } from './suppress.js';
import type { Cell } from './suppress.js';

export const MAIN_PERCENT = 90;
/** Of fewer it says nothing. */
const LEAST_NAMED = 10;

/** Disclosures by a key, as they are. `mainGround`: by sender and ground, where at least `MAIN_PERCENT` of the grounds that the sender names are that one. */
export interface Counts<Of extends string = string> {
  readonly of: Of;
  readonly rows: readonly { readonly key: string; readonly count: number }[];
}
/** The same as it is shown. */
export interface Told<Of extends string = string> {
  readonly of: Of;
  readonly rows: readonly { readonly key: string; readonly count: Cell }[];
  readonly total: Cell;
}

/**
 * Tables beside each other without small numbers: months in the order of time, and what a verdict noted is no obstacle.
 * @param authorities of the assignment: of any other sender it has a part, which says nothing of what that sender names
 */
export function toldOf<Of extends string>(
  tables: readonly Counts<Of>[],
  authorities: readonly string[],
): readonly Told<Of>[] {
  const shown = tables
    .filter(({ of }) => of !== 'mainGround')
    .map(inOrder)
    .map(({ of, rows }) => ({ of, rows, ...suppressed(rows.map(({ count }) => count)) }));
  // A table whose total is suppressed would have it from the next.
  const hidden = shown.some(({ total }) => total === undefined);
  const told = shown.map(({ of, rows, cells, total }) => ({
    of,
    rows: rows.map(({ key }, at) => ({ key, count: cells[at] })),
    total: hidden ? undefined : total,
  }));
  const main = tables.find(({ of }) => of === 'mainGround');
  return main === undefined ? told : [...told, withoutNumbers(main, authorities)];
}

const inOrder = <Of extends string>({ of, rows }: Counts<Of>): Counts<Of> => {
  if (of === 'month') return { of, rows: rows.toSorted((one, other) => (one.key < other.key ? -1 : 1)) };
  return of === 'reason' ? { of, rows: rows.filter(({ key }) => !isNote(key)) } : { of, rows };
};

/** By how many one stands for nearly all, what is left of the sender's and of the ground's numbers would be told beside their tables. */
const withoutNumbers = <Of extends string>({ of, rows }: Counts<Of>, authorities: readonly string[]): Told<Of> => ({
  of,
  rows: rows
    .filter(({ key, count }) => count >= LEAST_NAMED && authorities.includes(key.split(' ')[0] ?? ''))
    .map(({ key }) => ({ key, count: undefined }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1)),
  total: undefined,
});
