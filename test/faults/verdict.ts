import { expect } from '@jest/globals';
import { OfflineJudge, broken, judge, nothing } from '../support/history.js';
import type { Judged } from '../support/history.js';
import type { TestStack } from '../support/stack.js';
import type { Figures } from './results.js';
import type { Traffic } from './traffic.js';

/** What came after something that was judged before. */
export interface Part {
  /** How many had been accepted. */
  readonly from?: number;
  readonly since?: Date;
}

/** Judges all that happened, from every party's own records, as often as it is asked. */
export class Verdict {
  private readonly offline: OfflineJudge;
  private verified = { entries: 0, decisions: 0 };

  constructor(
    private readonly delge: TestStack,
    private readonly traffic: Traffic,
  ) {
    this.offline = new OfflineJudge(delge, traffic.sender.authority);
  }

  /** What is broken, without a word about it. The recipient's system fetches first. */
  async judged({ from = 0, since }: Part = {}): Promise<Judged> {
    const { accepted, sender, recipient, fetched } = this.traffic;
    await this.traffic.fetch();
    return judge(this.delge, accepted.slice(from), sender, recipient, fetched, since);
  }

  /** That nothing is: all accepted ended, once, permitted and logged before; the log verifies, every decision computes again. @returns the counts */
  async nothingBroken(part: Part = {}): Promise<Figures> {
    const judged = await this.judged(part);
    expect([broken(judged), judged]).toEqual([[], nothing]);
    const { faults, entries, decisions } = await this.offline.judge();
    expect(faults).toEqual([]);
    this.verified = { entries: this.verified.entries + entries, decisions: this.verified.decisions + decisions };
    expect(this.verified.decisions).toBeGreaterThanOrEqual(this.traffic.answered.size);
    return {
      ...(await this.counts(judged)),
      'log entries verified': this.verified.entries,
      'decisions computed again': this.verified.decisions,
    };
  }

  /** Counts of the harness: what every run tells. */
  async counts(judged: Judged): Promise<Figures> {
    const [row] = await this.delge.sql<{ count: string }>(
      this.traffic.recipient.gateway,
      `SELECT count(DISTINCT message_id) FROM gateway.delivery WHERE sender = $1 AND received_at >= $2`,
      [this.traffic.sender.authority, this.traffic.began],
    );
    const { accepted, fetched } = this.traffic;
    const known = new Set(accepted);
    return {
      acked: accepted.length,
      lost: judged.lost.length + judged.undetermined.length,
      'delivered more than once': judged.twice.length,
      'delivered, never acked': Number(row?.count ?? 0) - [...fetched.keys()].filter((id) => known.has(id)).length,
    };
  }
}
