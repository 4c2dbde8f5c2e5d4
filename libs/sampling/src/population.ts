import { hash } from 'node:crypto';
import { SamplingError } from './errors.js';

/** One disclosure of a population or of a sample. */
export interface SampleLine {
  /** Key of its stratum, 1 to 128 characters of ASCII: a code, an authority's id, a month. */
  readonly stratum: string;
  /** In the `disclosure` log. */
  readonly index: bigint;
}

/** The key of the only stratum, where a population has no strata. */
export const WHOLE = 'all';
const LINE = /^([A-Za-z0-9][A-Za-z0-9:._@/-]{0,127})\t(0|[1-9][0-9]{0,18})$/;

const lineOf = ({ stratum, index }: SampleLine): string => `${stratum}\t${index}`;
const fileOf = (lines: readonly SampleLine[]): string =>
  lines
    .map((line) => {
      const text = lineOf(line);
      if (!LINE.test(text)) throw new SamplingError('line', line.index.toString());
      return `${text}\n`;
    })
    .join('');

/** By key, in the order of its characters, then by index. */
const inOrder = (one: SampleLine, other: SampleLine): number => {
  if (one.stratum !== other.stratum) return one.stratum < other.stratum ? -1 : 1;
  return one.index < other.index ? -1 : one.index > other.index ? 1 : 0;
};

/**
 * The population's one spelling: lines `<stratum key> TAB <log index> LF`, by key and then by index as a number. The order in which they are given does not matter.
 * @throws {SamplingError} `line` or `repeated`
 */
export function populationFile(lines: readonly SampleLine[]): string {
  const seen = new Set<bigint>();
  for (const { index } of lines) {
    if (seen.has(index)) throw new SamplingError('repeated', index.toString());
    seen.add(index);
  }
  return fileOf(lines.toSorted(inOrder));
}

/** A sample's spelling: its lines as they were drawn. @throws {SamplingError} `line` */
export const drawnFile = (drawn: readonly SampleLine[]): string => fileOf(drawn);

/** Reads the lines of either file, in whatever order they stand. @throws {SamplingError} `line`, with the number of the line, from 1 */
export function readLines(file: string): readonly SampleLine[] {
  const texts = file.split('\n');
  // What follows the last line's end.
  if (texts.pop() !== '') throw new SamplingError('line', String(texts.length + 1));
  return texts.map((text, at) => {
    const [, stratum, index] = LINE.exec(text) ?? [];
    if (stratum === undefined || index === undefined) throw new SamplingError('line', String(at + 1));
    return { stratum, index: BigInt(index) };
  });
}

/** SHA-256 of a file as UTF-8, base64url without padding (43 characters). */
export const fileDigest = (file: string): string => hash('sha256', file, 'base64url');

/** What stands in the log of a population before anything of its sample is shown. @throws {SamplingError} */
export const populationDigest = (lines: readonly SampleLine[]): string => fileDigest(populationFile(lines));
