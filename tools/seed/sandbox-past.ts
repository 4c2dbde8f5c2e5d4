import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Databases } from '../deploy/databases.js';
import type { Stack } from '../deploy/stack.js';
import { readExamples } from '../demo/examples.js';
import { say } from '../demo/tables.js';
import type { Progress } from '../machine/progress.js';
import type { SandboxDirectory } from '../sandbox/directory.js';
import { playPast, plantedFile } from './past.js';
import type { Played } from './past.js';
import { eraseSome, grantReview } from './review.js';
import type { Review } from './review.js';
import { LEAST } from './story.js';

export const SEED_STEPS = 2;
/** In a sandbox whose log has not begun: enough that every page of the console has something to show. */
const DISCLOSURES = 1_500;
const SEED = 1;

export interface StartOptions {
  readonly once: boolean;
  /** Nothing but the past. */
  readonly alone: boolean;
  /** 0: none. */
  readonly disclosures: number;
  readonly seed: number;
}

/** Options of `npm start` and `npm run seed`. Ends the process when they cannot be read. */
export function startOptions(args: readonly string[]): StartOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { once: flag, 'past-alone': flag, disclosures: text, seed: text };
    const { values } = parseArgs({ args: [...args], options });
    const [disclosures, seed] = [wholeIn(values.disclosures, DISCLOSURES), wholeIn(values.seed, SEED)];
    const alone = values['past-alone'];
    if (disclosures < LEAST && (alone || disclosures !== 0)) throw new Error(`--disclosures ${LEAST} at least`);
    return { once: values.once, alone, disclosures, seed };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.stderr.write('usage: npm start -- [--once] [--disclosures NUMBER] [--seed NUMBER]\n');
    return process.exit(1);
  }
}

const wholeIn = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is no whole number`);
  return Number(text);
};

/** What a sandbox's log has of the year before it began, and the test person who reviews it. */
export class SandboxPast {
  played: Played | undefined;

  constructor(
    private readonly options: {
      readonly dir: string;
      readonly directory: SandboxDirectory;
      /** Of the checkout. */
      readonly root: string;
      readonly disclosures: number;
      readonly seed: number;
    },
    private readonly progress: Progress,
  ) {}

  /** @param statements in the keys log */
  readonly play = async (databases: Databases, statements: number): Promise<void> => {
    const { dir, directory, root, disclosures, seed } = this.options;
    const examples = readExamples(join(root, 'examples/referrals'));
    let entries = 0;
    this.played = await this.progress.step(
      'A year of disclosures',
      async () =>
        disclosures === 0
          ? undefined
          : playPast({
              dir,
              directory,
              databases,
              examples,
              disclosures,
              seed,
              statements,
              told: (all) => (entries = all),
            }),
      (played) => (played === undefined ? 'none' : `${played.disclosures}, ${rateOf(played)} entries/s`),
      () => ({ entries }),
    );
  };

  /** Grants an assignment, and erases a little of what was played. */
  review(stack: Stack): Promise<Review> {
    const { dir, directory } = this.options;
    const [ledger, identity] = [stack.url('ledger'), stack.url('identity')];
    return this.progress.step(
      'Assignment',
      async () => {
        await eraseSome(dir, directory.environment, ledger, this.played?.erasable ?? []);
        return grantReview(dir, directory, { ledger, identity });
      },
      ({ person }) => person,
    );
  }

  say(): void {
    if (this.played === undefined) {
      say(
        'This sandbox has begun: its witnesses have cosigned its log today, and an entry that is dated before that would be dated back. Make another one: `npm run clean`, then `npm run seed -- --disclosures NUMBER`.',
      );
      return;
    }
    const { disclosures, entries, ms } = this.played;
    say(`${disclosures} disclosures in ${entries} entries, in ${(ms / 1000).toFixed(1)} s.`);
    say(`What was planted, for whoever compares: ${plantedFile(this.options.dir)}. Now: npm start`);
  }
}

const rateOf = ({ entries, ms }: Played): number => Math.round((entries * 1000) / Math.max(ms, 1));
