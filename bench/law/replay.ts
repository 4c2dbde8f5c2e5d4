import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { check, claimsBytes, ruleSetBytes, type CheckInput, type RuleSet } from '#legal-basis';
import { digestOf } from './decide.js';
import { directoryFor, Generator, type Stored } from './generate.js';
import type { Batch, Replayed } from './replay-worker.js';

const BATCH = 1_000;
const IN_FLIGHT = 4;
export interface ReplayReport {
  readonly decisions: number;
  readonly differing: number;
  readonly outcomes: { readonly [outcome: string]: number };
  /** SHA-256 over the digests of all codes, in order: the same on every machine. */
  readonly digest: string;
  readonly seconds: number;
}

/**
 * Makes decisions and records the digest of their codes; another thread reads the stored bytes and the rule set's bytes, computes each again
 * and compares bit for bit (design.md I7).
 */
export async function replay(
  mix: readonly CheckInput[],
  ruleSet: RuleSet,
  { root, decisions, seed }: { readonly root: string; readonly decisions: number; readonly seed: number },
): Promise<ReplayReport> {
  const begun = performance.now();
  const worker = new Worker(new URL('replay-worker.js', import.meta.url), {
    workerData: { root, ruleSet: ruleSetBytes(ruleSet) },
  });
  const generator = new Generator(mix, ruleSet, seed);
  const outcomes: { [outcome: string]: number } = { permit: 0, assess: 0, deny: 0 };
  const whole = createHash('sha256');
  const done = { sent: 0, answered: 0, differing: 0 };
  const answer = async (): Promise<void> => {
    const [replayed] = (await once(worker, 'message')) as [Replayed];
    done.answered += replayed.count;
    done.differing += replayed.differing;
  };
  try {
    while (done.answered < decisions) {
      while (done.sent < decisions && done.sent - done.answered < BATCH * IN_FLIGHT) {
        const batch = record(Math.min(BATCH, decisions - done.sent));
        whole.update(batch.digests);
        done.sent += batch.stored.length;
        worker.postMessage(batch, [batch.digests.buffer]);
      }
      await answer();
    }
  } finally {
    await worker.terminate();
  }
  return {
    decisions: done.answered,
    differing: done.differing,
    outcomes,
    digest: whole.digest('hex'),
    seconds: (performance.now() - begun) / 1000,
  };

  function record(count: number): Batch {
    const stored: Stored[] = [];
    const digests = new Uint8Array(count * 32);
    for (let at = 0; at < count; at++) {
      const { claims, ...made } = generator.one();
      const one: Stored = { ...made, claims: claimsBytes(claims) };
      const { sender, recipient, on } = one;
      const verdict = check({ sender, recipient, claims, ruleSet, directory: directoryFor(one, mix), on });
      outcomes[verdict.outcome] = (outcomes[verdict.outcome] ?? 0) + 1;
      digests.set(digestOf(verdict), at * 32);
      stored.push(one);
    }
    return { stored, digests };
  }
}
