/** A number that stands in a table; `undefined` where it is suppressed. */
export type Cell = number | undefined;

/** Fewer than this could be pointed out. */
export const LEAST = 5;

/**
 * Small-number suppression of the cells of one table beside their total: those of 1 to 4 are suppressed, and when what is suppressed could be told by subtraction to be less than `LEAST`, or to be one cell
 * alone, the smallest of the others is too; if there is none, the total is.
 */
export function suppressed(counts: readonly number[]): { readonly cells: readonly Cell[]; readonly total: Cell } {
  const small = (count: number): boolean => count > 0 && count < LEAST;
  const hidden = new Set(counts.flatMap((count, at) => (small(count) ? [at] : [])));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const others = counts
    .map((count, at) => ({ count, at }))
    .filter(({ count, at }) => count >= LEAST && !hidden.has(at))
    .sort((a, b) => a.count - b.count);
  const cells = (): readonly Cell[] => counts.map((count, at) => (hidden.has(at) ? undefined : count));
  if (hidden.size === 0) return { cells: cells(), total };
  const sum = (): number => [...hidden].reduce((all, at) => all + (counts[at] ?? 0), 0);
  while (hidden.size < 2 || sum() < LEAST) {
    const next = others.shift();
    if (next === undefined) return { cells: cells(), total: undefined };
    hidden.add(next.at);
  }
  return { cells: cells(), total };
}
