import { LeafStore } from '../../../apps/signer/src/persistence/leaf.store.js';
import type { StoredCheckpoint } from '../../../apps/signer/src/persistence/leaf.store.js';

/** LeafStore in memory, whose owner may do to it what a database's superuser may. */
export class MemoryLeafStore extends LeafStore {
  rows: { readonly index: bigint; readonly data: Buffer }[] = [];
  checkpoints: StoredCheckpoint[] = [];
  /** So many times more nothing can be published. */
  failures = 0;

  constructor() {
    super(undefined as never, 'memory');
  }

  add(...texts: readonly string[]): void {
    for (const text of texts) this.rows.push({ index: BigInt(this.rows.length), data: Buffer.from(text) });
  }

  override leaves(from: bigint, limit: number): Promise<readonly { readonly index: bigint; readonly data: Buffer }[]> {
    return Promise.resolve(this.rows.filter(({ index }) => index >= from).slice(0, limit));
  }

  override size(): Promise<bigint> {
    return Promise.resolve((this.rows.at(-1)?.index ?? -1n) + 1n);
  }

  override largestCheckpoint(): Promise<StoredCheckpoint | undefined> {
    const largest = this.checkpoints.toSorted((a, b) => Number(b.size - a.size));
    return Promise.resolve(largest[0]);
  }

  override publish(checkpoint: StoredCheckpoint): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('away'));
    }
    this.checkpoints.push(checkpoint);
    return Promise.resolve();
  }
}
