/**
 * - `line`: a line of a file is not `<stratum key> TAB <log index> LF`
 * - `repeated`: an index stands twice in a population
 * - `strata`: the sizes are not those of the population's strata, or larger than these
 * - `size`: nothing, or more than there is, would be drawn
 * - `nonce`, `root`: not 32 octets in their one spelling
 */
export type SamplingErrorCode = 'line' | 'repeated' | 'strata' | 'size' | 'nonce' | 'root';

/** @param at what it is about: a stratum's key, an index or the number of a line */
export class SamplingError extends Error {
  override readonly name = 'SamplingError';
  constructor(
    readonly code: SamplingErrorCode,
    readonly at?: string,
  ) {
    super(at === undefined ? code : `${code}: ${at}`);
  }
}
