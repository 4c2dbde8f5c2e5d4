import { ProblemError } from './problem.js';

const MINUTE_MS = 60_000;

/**
 * At most so many acts a minute of each who acts, counted by this process. For acts that leave something which cannot be taken back: a system that goes round in
 * circles is stopped, and the others are not.
 */
export class Rate {
  private readonly counts = new Map<string, number>();
  private began = -Infinity;

  constructor(
    private readonly mostPerMinute: number,
    private readonly now: () => Date,
  ) {}

  /** @throws {ProblemError} rate-limited */
  take(who: string): void {
    const at = this.now().getTime();
    // Also when the clock was set back.
    if (Math.abs(at - this.began) >= MINUTE_MS) {
      this.counts.clear();
      this.began = at;
    }
    const before = this.counts.get(who) ?? 0;
    if (before >= this.mostPerMinute) {
      const retryAfter = Math.max(1, Math.ceil((this.began + MINUTE_MS - at) / 1000));
      throw new ProblemError('rate-limited', 429, { retryAfter });
    }
    this.counts.set(who, before + 1);
  }
}
