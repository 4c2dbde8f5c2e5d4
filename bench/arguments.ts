export function numberAfter(args: readonly string[], option: string): number | undefined {
  const given = args.indexOf(option);
  const value = given < 0 ? undefined : Number(args[given + 1]);
  if (value !== undefined && !(Number.isInteger(value) && value > 0)) throw new Error(`${option} takes a whole number`);
  return value;
}

/** @param sorted ascending @param part 0 to 1 */
export const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.POSITIVE_INFINITY;
