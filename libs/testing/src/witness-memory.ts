import { WitnessMemory } from '../../../apps/gateway/src/application/witness-memory.js';
import type { Evidence, Held } from '../../../apps/gateway/src/application/witness-memory.js';

/** A witness's memory without a database. */
export class MemoryWitnessMemory extends WitnessMemory {
  readonly byOrigin = new Map<string, Held>();
  readonly evidence: Evidence[] = [];

  override held(origin: string): Promise<Held | undefined> {
    return Promise.resolve(this.byOrigin.get(origin));
  }
  override begin(origin: string, empty: Held): Promise<void> {
    if (!this.byOrigin.has(origin)) this.byOrigin.set(origin, empty);
    return Promise.resolve();
  }
  override advance(origin: string, from: Held, to: Held): Promise<boolean> {
    const held = this.byOrigin.get(origin);
    const same = held?.size === from.size && Buffer.compare(held.root, from.root) === 0;
    if (same) this.byOrigin.set(origin, to);
    return Promise.resolve(same);
  }
  override keep(evidence: Evidence): Promise<boolean> {
    const isNew = !this.evidence.some(({ held, offered }) => held === evidence.held && offered === evidence.offered);
    if (isNew) this.evidence.push(evidence);
    return Promise.resolve(isNew);
  }
  override forks(origin: string): Promise<number> {
    return Promise.resolve(this.evidence.filter((one) => one.origin === origin).length);
  }
}
