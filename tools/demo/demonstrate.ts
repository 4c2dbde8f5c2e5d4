import { randomUUID } from 'node:crypto';
import { stockholmDate } from '#legal-basis';
import type { Stack } from '../deploy/stack.js';
import type { Progress } from '../machine/progress.js';
import type { SandboxDirectory } from '../sandbox/directory.js';
import { asRun, buildsOnAnother, readExamples } from './examples.js';
import type { Example } from './examples.js';
import { flip } from './law-flips.js';
import type { Flip } from './law-flips.js';
import { Sandbox } from './sandbox.js';
import { send } from './send.js';
import type { Row } from './send.js';
import { showFlips, showRows, showVerified } from './tables.js';
import { verify } from './verify.js';

export const DEMO_STEPS = 3;
/** Examples on their way at once. */
const AT_ONCE = 4;

/**
 * Sends every example as its system would, receives it as its recipients' systems would, asks about days around changes of law, and
 * verifies every proof and both logs.
 * @returns how many things were not as expected
 */
export async function demonstrate(
  stack: Stack,
  directory: SandboxDirectory,
  folder: string,
  progress: Progress,
): Promise<number> {
  const sandbox = await Sandbox.open(stack.options.dir);
  const examples = asRun(readExamples(folder), randomUUID());
  const rows = await progress.step(
    'Referrals',
    () => sendAll(sandbox, examples),
    (all) => `${all.length} messages`,
  );
  const today = stockholmDate(new Date());
  const flips = await progress.step('Dry runs', async () => {
    const asked: Flip[] = [];
    for (const example of examples) {
      const answer = await flip(sandbox, directory, example, today);
      if (answer !== undefined) asked.push(answer);
    }
    return asked;
  });
  const [gateway = ''] = directory.gateways.map(({ id }) => id);
  const verified = await progress.step('Verification', () => verify(sandbox, rows, stack.url('ledger'), gateway));
  showRows(sandbox, rows);
  showFlips(flips);
  showVerified(verified);
  return [...rows, ...flips, verified].reduce((count, { faults }) => count + faults.length, 0);
}

/** Answers go after the requests they answer; the rest a few at a time. */
async function sendAll(sandbox: Sandbox, examples: readonly Example[]): Promise<readonly Row[]> {
  const rows = new Map<string, readonly Row[]>();
  const first = examples.filter((one) => !buildsOnAnother(one));
  const later = examples.filter(buildsOnAnother);
  for (const part of [first, later]) {
    const queue = [...part];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        rows.set(next.name, await send(sandbox, next));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
  return examples.flatMap(({ name }) => rows.get(name) ?? []);
}
