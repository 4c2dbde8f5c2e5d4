import type { Checkpoint } from '#tlog/verify';
import type { Fact } from './facts.js';
import type { Say } from './say.js';

const SKEW_MS = 60_000;

/** An entry that came into the log later than its date allows, as a later entry of the exchange says. */
export interface Delayed {
  readonly index: string;
  /** When it says that it was signed. */
  readonly at: string;
  readonly reason?: string;
}

/**
 * The back-dating rule: an entry is dated after the witnesses' time of the checkpoint before it and before that of the first one that covers it,
 * a minute of skew allowed. A later entry of the exchange may name one as delayed.
 */
export class Timeline {
  private readonly checkpoints: readonly { readonly size: bigint; readonly at: number }[];
  private next = 0;
  private readonly early = new Map<string, { readonly fact: Fact; readonly say: () => void }>();
  /** Dated back, and named as delayed by the exchange. */
  readonly delayed: Delayed[] = [];

  /** @param checkpoints under their policy, in any order; those without witnesses' time are left out */
  constructor(checkpoints: readonly Checkpoint[]) {
    const timed = checkpoints.flatMap(({ size, witnessedAt }) =>
      witnessedAt === undefined ? [] : [{ size, at: Number(witnessedAt) * 1000 }],
    );
    this.checkpoints = timed.sort((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : a.at - b.at));
  }

  get applies(): boolean {
    return this.checkpoints.length > 0;
  }

  /** Entries come in the order of the log. */
  take(fact: Fact, say: Say): void {
    if (fact.kind === 'delay') this.excuse(fact);
    while ((this.checkpoints[this.next]?.size ?? fact.index + 1n) <= fact.index) this.next += 1;
    const [before, covering] = [this.checkpoints[this.next - 1], this.checkpoints[this.next]];
    if (before !== undefined && fact.at < before.at - SKEW_MS)
      this.early.set(fact.entryId, { fact, say: () => say('back-dated', about(fact)) });
    if (covering !== undefined && fact.at > covering.at + SKEW_MS) say('post-dated', about(fact));
  }

  private excuse({ delayedEntryId, reason }: Fact & { readonly kind: 'delay' }): void {
    const early = this.early.get(delayedEntryId);
    if (early === undefined || !this.early.delete(delayedEntryId)) return;
    const { index, at } = early.fact;
    const named = reason === undefined ? {} : { reason };
    this.delayed.push({ index: index.toString(), at: new Date(at).toISOString(), ...named });
  }

  close(): void {
    for (const { say } of this.early.values()) say();
  }
}

const about = ({ messageId }: Fact) => (messageId === undefined ? {} : { messageId });
