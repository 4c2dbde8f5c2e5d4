const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** When what has failed is tried again: a second later, then after twice as long each time, at most a minute. */
export class BackOff {
  private failures = 0;
  private againAt = 0;

  constructor(private readonly now: () => number) {}

  get isWaiting(): boolean {
    return this.now() < this.againAt;
  }

  failed(): void {
    this.againAt = this.now() + Math.min(FIRST_MS * 2 ** this.failures, LONGEST_MS);
    this.failures += 1;
  }

  succeeded(): void {
    this.failures = 0;
    this.againAt = 0;
  }
}
