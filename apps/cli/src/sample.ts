import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSampleAct, typOf } from '#envelope';
import type { SampleAct } from '#envelope';
import {
  SamplingError,
  draw,
  drawnFile,
  fileDigest,
  nonceDigest,
  nonceOctets,
  populationDigest,
  readLines,
  rootOctets,
  seedOf,
  strataOf,
} from '#sampling';
import type { SampleLine } from '#sampling';
import { verifyBundle } from '#verifier';
import type { Command } from 'commander';
import { print } from './commands.js';
import { existing, trustOf } from './files.js';
import { folderSource } from './verify/folder.js';

interface DrawOptions {
  readonly population: string;
  readonly nonce: string;
  readonly root: string;
  readonly sizes: string;
}
interface CheckOptions {
  readonly bundle: string;
  readonly trust: string;
  readonly population: string;
  readonly sample?: string;
}

/** sample: what an auditor and whoever doubts the auditor do with a sample, without the console, docs/auditor.md. */
export const sampleCommands = (program: Command): void => {
  const sample = program.command('sample').description('samples (stickprov) that nobody steers, without the console');
  sample
    .command('nonce')
    .description('make a nonce, to be kept by whoever fixes a sample, and the digest that is given when it is fixed')
    .action(() => {
      const nonce = randomBytes(32);
      print({ nonce: nonce.toString('base64url'), digest: nonceDigest(nonce) });
    });
  sample
    .command('draw')
    .description('draw the sample again, and print the file of what was drawn; any machine prints the same')
    .requiredOption('--population <file>', 'population.tsv')
    .requiredOption('--nonce <nonce>', "the auditor's, as `sample-drawn` has it")
    .requiredOption('--root <root>', 'of the checkpoint that it was drawn by, as `sample-drawn` has it')
    .requiredOption('--sizes <sizes>', 'how many of each stratum: key=n,key=n')
    .action((options: DrawOptions) => void process.stdout.write(drawnBy(options)));
  sample
    .command('check')
    .description(
      'verify a bundle, and hold the population file against its samples: size, strata and digest, and what is drawn of it again',
    )
    .requiredOption('--bundle <folder>', 'in which the entries of the sample are opened')
    .requiredOption('--trust <file>', 'trust.json, got from elsewhere than the bundle')
    .requiredOption('--population <file>', 'population.tsv')
    .option('--sample <id>', 'of several samples in the bundle')
    .action(async (options: CheckOptions) => {
      const checked = await check(options);
      print(checked);
      process.exitCode = checked.differs.length === 0 ? 0 : 1;
    });
};

const linesIn = (path: string): readonly SampleLine[] => said(() => readLines(readFileSync(existing(path), 'utf8')));

const drawnBy = ({ population, nonce, root, sizes }: DrawOptions): string => {
  const lines = linesIn(population);
  return said(() => {
    const octets = nonceOctets(nonce);
    const drawn = drawnFile(draw(lines, sizesIn(sizes), seedOf(octets, rootOctets(root))));
    process.stderr.write(
      `population ${populationDigest(lines)}\nnonce ${nonceDigest(octets)}\ndrawn ${fileDigest(drawn)}\n`,
    );
    return drawn;
  });
};

const sizesIn = (text: string): readonly { readonly key: string; readonly size: number }[] =>
  text.split(',').map((one) => {
    const [, key = '', size = ''] = /^([^=]+)=([0-9]{1,3})$/.exec(one) ?? [];
    if (key === '') throw new Error(`--sizes takes key=n,key=n, and not ${one}`);
    return { key, size: Number(size) };
  });

/** How a population file stands to a sample of a bundle. */
export interface CheckedSample {
  readonly sample: string;
  readonly state: 'fixed' | 'drawn';
  /** Nothing: it is the population that was fixed, and the sample is what is drawn of it. */
  readonly differs: readonly ('population' | 'strata' | 'log-size' | 'drawn')[];
}

/** @throws when the bundle does not hold, or has no such sample */
const check = async ({ bundle, trust: path, population, sample }: CheckOptions): Promise<CheckedSample> => {
  const folder = existing(bundle);
  const { trust } = await trustOf(path);
  const { conclusion } = await verifyBundle(folderSource(folder), trust, { now: new Date() });
  if (conclusion !== 'holds') throw new Error('the bundle does not hold: `delge verify` says why');
  const acts = actsIn(folder);
  const ids = [...new Set(acts.map((act) => act.sample))].filter((id) => sample === undefined || id === sample);
  const [id] = ids;
  if (id === undefined) throw new Error('there is no such sample in the bundle');
  if (ids.length > 1) throw new Error(`there are several samples in the bundle: --sample ${ids.join(' or ')}`);
  return checked(
    id,
    acts.filter((act) => act.sample === id),
    linesIn(population),
  );
};

const checked = (sample: string, acts: readonly SampleAct[], lines: readonly SampleLine[]): CheckedSample => {
  const fixed = acts.find((act) => act.kind === 'sample-fixed');
  if (fixed === undefined) throw new Error('the sample was fixed before the bundle begins');
  const drawn = acts.find((act) => act.kind === 'sample-drawn');
  const strata = fixed.strata.map(({ key, population }) => ({ key, population }));
  const same = {
    population: populationDigest(lines) === fixed.population,
    strata: JSON.stringify(strataOf(lines)) === JSON.stringify(strata),
    'log-size': lines.every(({ index }) => index < BigInt(fixed.logSize)),
  };
  const isDrawn = (): boolean => {
    if (drawn === undefined) return true;
    const seed = seedOf(nonceOctets(drawn.nonce), rootOctets(drawn.checkpoint.root));
    return fileDigest(drawnFile(draw(lines, fixed.strata, seed))) === drawn.drawn;
  };
  const all = { ...same, drawn: same.strata && isDrawn() };
  return {
    sample,
    state: drawn === undefined ? 'fixed' : 'drawn',
    differs: (['population', 'strata', 'log-size', 'drawn'] as const).filter((what) => !all[what]),
  };
};

/** Of a bundle that holds, in the order of the log. */
const actsIn = (folder: string): readonly SampleAct[] => {
  const chunks = readdirSync(join(folder, 'openings')).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return chunks
    .flatMap((name) => readFileSync(join(folder, 'openings', name), 'utf8').split('\n'))
    .flatMap((line) => {
      const { entry } = (line === '' ? {} : JSON.parse(line)) as { readonly entry?: string };
      return entry !== undefined && typOf(entry) === 'delge-sample+jws' ? [parseSampleAct(entry).act] : [];
    });
};

const WORDS = {
  line: 'a line is not <stratum key>, a tab, <log index>',
  repeated: 'an index stands twice in the population',
  strata: 'the sizes are not of the strata of the population',
  size: 'more would be drawn than there is',
  nonce: 'the nonce is not 32 octets in base64url',
  root: 'the root is not 32 octets in base64, as a checkpoint has it',
} as const;
const said = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SamplingError)) throw error;
    throw new Error(error.at === undefined ? WORDS[error.code] : `${WORDS[error.code]}: ${error.at}`, { cause: error });
  }
};
