import { setTimeout as delay } from 'node:timers/promises';

/** What waits to be done, and who waits for it. */
interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Does several things at once: what is added while some are being done is done together after them. */
export class Together<T, R> {
  private readonly waiting: Waiting<T, R>[] = [];
  private running = false;
  private begunAt = -Infinity;

  /**
   * @param work on these, in the order in which they were added. @returns one result for each, in the same order; when it throws, each of them has failed
   * @param most in one piece of work
   * @param apartMs a piece of work begins this long after the one before at the earliest, unless there is enough for one: one that comes alone waits for nobody
   */
  constructor(
    private readonly work: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly most: number,
    private readonly apartMs = 0,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const apart = this.begunAt + this.apartMs - performance.now();
      // What comes in this turn of the event loop comes along.
      await (apart > 0 && this.waiting.length < this.most ? delay(apart) : delay(0));
      this.begunAt = performance.now();
      await this.once(this.waiting.splice(0, this.most));
    }
    this.running = false;
  }

  private async once(these: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.work(these.map(({ item }) => item));
      these.forEach(({ resolve }, index) => resolve(results[index] as R));
    } catch (error) {
      for (const { reject } of these) reject(error);
    }
  }
}
