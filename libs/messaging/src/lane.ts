/** Attempts beside each other, or one by itself: whoever may kill its reader takes nobody with it. What only waits for its next attempt is in neither. */
export class Lane {
  private readonly running = new Set<Promise<unknown>>();
  /** Of those that are alone, the last in line. */
  private last: Promise<unknown> = Promise.resolve();
  private inLine = 0;

  /** Begins when nobody is alone, or waits to be. */
  async beside<T>(work: () => Promise<T>): Promise<T> {
    while (this.inLine > 0) await this.last;
    const run = work();
    const ended = run.catch(() => undefined);
    this.running.add(ended);
    try {
      return await run;
    } finally {
      this.running.delete(ended);
    }
  }

  /** Begins when nothing else runs. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    this.inLine += 1;
    const run = this.last
      .then(() => Promise.all([...this.running]))
      .then(work)
      .finally(() => (this.inLine -= 1));
    this.last = run.catch(() => undefined);
    return run;
  }

  /** What runs now, or waits to be alone, has ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.running, this.last]);
  }
}
