import { hash } from 'node:crypto';
import { strataOf } from './allocate.js';
import type { SizedStratum } from './allocate.js';
import { SamplingError } from './errors.js';
import { populationFile } from './population.js';
import type { SampleLine } from './population.js';

/** 32 octets that the auditor drew, base64url without padding. @throws {SamplingError} `nonce` */
export const nonceOctets = (text: string): Uint8Array => octets(text, 'base64url', 'nonce');
/** Root of a checkpoint, base64 as a checkpoint has it. @throws {SamplingError} `root` */
export const rootOctets = (text: string): Uint8Array => octets(text, 'base64', 'root');
const octets = (text: string, encoding: 'base64' | 'base64url', what: 'nonce' | 'root'): Uint8Array => {
  const read = Buffer.from(text, encoding);
  if (read.length !== 32 || read.toString(encoding) !== text) throw new SamplingError(what);
  return read;
};

/** What stands in the log of a nonce before the root exists: base64url SHA-256. */
export const nonceDigest = (nonce: Uint8Array): string => hash('sha256', nonce, 'base64url');

/**
 * SHA-256(nonce ‖ root). The nonce was fixed before the root existed, and who made the root did not know the nonce: neither chose the seed.
 * @param nonce 32 octets, the auditor's
 * @param root 32 octets, of the first checkpoint under quorum that covers the entry in which the nonce's digest stands
 * @returns 32 octets
 * @throws {SamplingError} `nonce` or `root`
 */
export function seedOf(nonce: Uint8Array, root: Uint8Array): Uint8Array {
  if (nonce.length !== 32) throw new SamplingError('nonce');
  if (root.length !== 32) throw new SamplingError('root');
  return hash('sha256', Buffer.concat([nonce, root]), 'buffer');
}

/** SHA-256(seed ‖ index as 8 octets, big-endian): 32 octets, by which the lines of a stratum are put in the order of chance. */
export function rankOf(seed: Uint8Array, index: bigint): Uint8Array {
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(index);
  return hash('sha256', Buffer.concat([seed, place]), 'buffer');
}

/**
 * Of each stratum the `size` lines with the lowest ranks.
 * @param lines the population, in any order
 * @param sizes of every stratum of the population
 * @returns strata by key, within each by rank
 * @throws {SamplingError} `line`, `repeated`, `strata` or `size`
 */
export function draw(
  lines: readonly SampleLine[],
  sizes: readonly Pick<SizedStratum, 'key' | 'size'>[],
  seed: Uint8Array,
): readonly SampleLine[] {
  // For what it refuses.
  populationFile(lines);
  const strata = strataOf(lines);
  const sizeOf = new Map(sizes.map(({ key, size }) => [key, size]));
  const foreign = sizes.find(({ key }) => !strata.some((stratum) => stratum.key === key));
  if (foreign !== undefined || sizeOf.size !== sizes.length) throw new SamplingError('strata', foreign?.key);
  for (const { key, population } of strata) {
    const size = sizeOf.get(key);
    if (size === undefined) throw new SamplingError('strata', key);
    if (!Number.isSafeInteger(size) || size < 0 || size > population) throw new SamplingError('size', key);
  }
  const lowest = new Map(strata.map(({ key }) => [key, new Lowest(sizeOf.get(key) as number)]));
  for (const line of lines) lowest.get(line.stratum)?.offer({ line, rank: rankOf(seed, line.index) });
  return strata.flatMap(({ key }) => lowest.get(key)?.lines() ?? []);
}

interface Ranked {
  readonly line: SampleLine;
  readonly rank: Uint8Array;
}
/** Keeps as many as are drawn and not as many as there are. */
class Lowest {
  private ranked: Ranked[] = [];
  constructor(private readonly size: number) {}

  offer(one: Ranked): void {
    this.ranked.push(one);
    if (this.ranked.length > 2 * this.size + 1_000) this.cut();
  }
  lines(): readonly SampleLine[] {
    this.cut();
    return this.ranked.map(({ line }) => line);
  }
  private cut(): void {
    this.ranked = this.ranked.sort((one, other) => Buffer.compare(one.rank, other.rank)).slice(0, this.size);
  }
}
