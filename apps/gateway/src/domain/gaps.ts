/** Delivery numbers from one to another, both included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * Which numbers are missing among those after one and up to the last.
 * @param numbers ascending
 */
export const gapsOf = (after: number, numbers: readonly number[]): readonly Gap[] =>
  numbers.flatMap((number, nth) => {
    const from = (numbers[nth - 1] ?? after) + 1;
    return from < number ? [{ from, to: number - 1 }] : [];
  });
