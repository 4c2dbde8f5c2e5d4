import { parentPort, workerData } from 'node:worker_threads';
import { parseRuleSet } from '#legal-basis';
import { decide, digestOf } from './decide.js';
import type { Stored } from './generate.js';
import { realisticMix } from './mix.js';

/** What one message brings, and what is answered to it. */
export interface Batch {
  readonly stored: readonly Stored[];
  /** 32 bytes a decision. */
  readonly digests: Uint8Array<ArrayBuffer>;
}
export interface Replayed {
  readonly count: number;
  readonly differing: number;
}

// A process of its own as far as the law goes: nothing that the first computation left in memory, and a rule set read from its bytes.
const { root, ruleSet: bytes } = workerData as { readonly root: string; readonly ruleSet: Uint8Array };
const ruleSet = parseRuleSet(bytes);
const mix = realisticMix(root);

parentPort?.on('message', ({ stored, digests }: Batch) => {
  let differing = 0;
  for (const [at, one] of stored.entries()) {
    const recorded = digests.subarray(at * 32, at * 32 + 32);
    if (Buffer.compare(digestOf(decide(one, mix, ruleSet)), recorded) !== 0) differing += 1;
  }
  const answer: Replayed = { count: stored.length, differing };
  parentPort?.postMessage(answer);
});
