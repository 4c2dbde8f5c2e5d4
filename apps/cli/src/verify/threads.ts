import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EntryChecker } from '#verifier';
import type { BundleOptions, Checked, Checker, Opening } from '#verifier';

type CheckerOf = NonNullable<BundleOptions['checkerOf']>;
/** What a thread is started with: it makes its own ground, and believes nothing that the main thread has made of it. */
export interface ThreadData {
  readonly trust: string;
  readonly keys: readonly Uint8Array[];
  readonly ruleSets: readonly Uint8Array[];
  readonly cooperations: readonly Uint8Array[];
}
interface Running {
  readonly worker: Worker;
  readonly waiting: {
    readonly resolve: (checked: readonly Checked[]) => void;
    readonly reject: (error: unknown) => void;
  }[];
}

/**
 * Threads that check openings, one for each core or as many as are asked for; with one, the work is done on the main thread.
 * @param trust text of trust.json
 */
export const threads = (
  trust: string,
  asked: string | undefined,
): { readonly checkerOf: CheckerOf; close(): Promise<void> } => {
  const count = asked === undefined ? availableParallelism() : Number(asked);
  if (!Number.isInteger(count) || count < 1) throw new Error('--threads takes a whole number');
  const running: Running[] = [];
  const checkerOf: CheckerOf = (ground, { ruleSets, cooperations }, keys) => {
    if (count === 1) {
      const own = new EntryChecker(ground);
      return { width: 1, check: (openings) => openings.map((opening) => own.check(opening)) };
    }
    const bytes = (all: readonly { readonly bytes: Uint8Array }[]) => all.map((one) => one.bytes);
    const data: ThreadData = { trust, keys, ruleSets: bytes(ruleSets), cooperations: bytes(cooperations) };
    for (let i = 0; i < count; i += 1) running.push(started(data));
    return pooled(running);
  };
  return { checkerOf, close: async () => void (await Promise.all(running.map(({ worker }) => worker.terminate()))) };
};

const started = (data: ThreadData): Running => {
  const worker = new Worker(new URL('verify-thread.js', import.meta.url), { workerData: data });
  const waiting: Running['waiting'] = [];
  worker.on('message', (checked: readonly Checked[]) => waiting.shift()?.resolve(checked));
  const failed = (error: unknown): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('error', failed);
  worker.on('exit', (code) => failed(new Error(`a thread ended with ${code}`)));
  return { worker, waiting };
};

const pooled = (running: readonly Running[]): Checker => ({
  width: running.length * 3,
  check: (openings: readonly Opening[]) => {
    const least = running.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
    return new Promise((resolve, reject) => {
      least.waiting.push({ resolve, reject });
      least.worker.postMessage(openings, []);
    });
  },
});
