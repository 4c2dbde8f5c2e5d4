/** What waits to be done, and who waits for it. */
interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Does several things at once: what is added while some are being done is done together after them. Nothing is kept waiting for more to come. */
export class Together<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private running = false;

  /**
   * @param work on these, in the order in which they were added. @returns one result for each, in the same order; when it throws, each of them has failed
   * @param most in one piece of work
   */
  constructor(
    private readonly work: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly most: number,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    // What comes in this turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const these = this.waiting.splice(0, this.most);
      try {
        const results = await this.work(these.map(({ item }) => item));
        these.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        for (const { reject } of these) reject(error);
      }
    }
    this.running = false;
  }
}
