import { SamplingError } from './errors.js';
import type { SampleLine } from './population.js';

export interface Stratum {
  readonly key: string;
  /** Disclosures in it, 1 or more. */
  readonly population: number;
}
export interface SizedStratum extends Stratum {
  /** Disclosures that are drawn from it, `population` at most; may be 0. */
  readonly size: number;
}

const byKey = (one: Stratum, other: Stratum): number => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);

/** The strata of a population, by key. */
export function strataOf(lines: readonly SampleLine[]): readonly Stratum[] {
  const counts = new Map<string, number>();
  for (const { stratum } of lines) counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  return [...counts].map(([key, population]) => ({ key, population })).sort(byKey);
}

/**
 * Divides a sample among strata: one each while it lasts, the largest first; what is then left in proportion to what is left of each, by the largest
 * remainders (the method of Hamilton), at the same remainder by key.
 * @returns by key; the sizes sum to `size`
 * @throws {SamplingError} `size` unless it is 1 up to the whole population; `strata` of a key that stands twice
 */
export function allocate(strata: readonly Stratum[], size: number): readonly SizedStratum[] {
  const sorted = strata.toSorted(byKey);
  const twice = sorted.find(({ key }, at) => at > 0 && sorted[at - 1]?.key === key);
  if (twice !== undefined) throw new SamplingError('strata', twice.key);
  const whole = sorted.reduce((sum, { population }) => sum + population, 0);
  if (!Number.isSafeInteger(size) || size < 1 || size > whole) throw new SamplingError('size', String(size));
  const firsts = new Set(sorted.toSorted((one, other) => other.population - one.population).slice(0, size));
  const [left, room] = [size - firsts.size, whole - sorted.length];
  const shares = sorted.map((stratum) => {
    const shared = left * (stratum.population - 1);
    return { stratum, floor: room === 0 ? 0 : Math.floor(shared / room), remainder: room === 0 ? 0 : shared % room };
  });
  const short = left - shares.reduce((sum, { floor }) => sum + floor, 0);
  const rounded = new Set(shares.toSorted((one, other) => other.remainder - one.remainder).slice(0, short));
  return shares.map((share) => ({
    ...share.stratum,
    size: (firsts.has(share.stratum) ? 1 : 0) + share.floor + (rounded.has(share) ? 1 : 0),
  }));
}
