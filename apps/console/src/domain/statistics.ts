import { isNote } from './note.js';
import { LEAST, suppressed } from './suppress.js';
import type { Cell } from './suppress.js';

/** Disclosures by a key, as they are. `soleGround`: by sender and ground, of senders that name one ground and no other. */
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
    .filter(({ of }) => of !== 'soleGround')
    .map(inOrder)
    .map(({ of, rows }) => ({ of, rows, ...suppressed(rows.map(({ count }) => count)) }));
  // A table whose total is suppressed would have it from the next.
  const hidden = shown.some(({ total }) => total === undefined);
  const told = shown.map(({ of, rows, cells, total }) => ({
    of,
    rows: rows.map(({ key }, at) => ({ key, count: cells[at] })),
    total: hidden ? undefined : total,
  }));
  const sole = tables.find(({ of }) => of === 'soleGround');
  return sole === undefined ? told : [...told, soleGrounds(sole, told, authorities)];
}

const inOrder = <Of extends string>({ of, rows }: Counts<Of>): Counts<Of> => {
  if (of === 'month') return { of, rows: rows.toSorted((one, other) => (one.key < other.key ? -1 : 1)) };
  return of === 'reason' ? { of, rows: rows.filter(({ key }) => !isNote(key)) } : { of, rows };
};

/** Those by which the tables of senders and of grounds tell no small number: what is left of a sender's, and of a ground's beside all that are shown of it, is none or not small. */
const soleGrounds = <Of extends string>(
  { of, rows }: Counts<Of>,
  told: readonly Told<Of>[],
  authorities: readonly string[],
): Told<Of> => {
  const cellOf = (table: 'sender' | 'ground', key: string): Cell =>
    told.find((one) => one.of === table)?.rows.find((row) => row.key === key)?.count;
  const isTold = (cell: Cell, count: number): boolean =>
    cell !== undefined && (cell === count || cell - count >= LEAST);
  const own = rows
    .map((row) => ({ ...row, sender: row.key.split(' ')[0] ?? '', ground: row.key.split(' ')[1] ?? '' }))
    .filter(
      ({ sender, count }) => count >= LEAST && authorities.includes(sender) && isTold(cellOf('sender', sender), count),
    );
  const ofGround = (ground: string): number =>
    own.reduce((sum, row) => (row.ground === ground ? sum + row.count : sum), 0);
  const left = own.filter(({ ground }) => isTold(cellOf('ground', ground), ofGround(ground)));
  return {
    of,
    rows: left.map(({ key, count }) => ({ key, count })),
    total: left.reduce((sum, { count }) => sum + count, 0),
  };
};
