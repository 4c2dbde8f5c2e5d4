/**
 * Does one thing over and over until told to stop. Between two rounds it waits as long as the round says; woken, it goes on at once, and what
 * woke it while it worked is not forgotten.
 */
export abstract class Loop {
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;
  private rouse: (() => void) | undefined;
  private awake = false;

  /** @returns milliseconds to wait before the next round; undefined: there is no next one. Handles its own errors. */
  protected abstract round(): Promise<number | undefined>;

  start(): void {
    this.running ??= this.run();
  }

  /** There is something to do: look now. */
  wake(): void {
    this.awake = true;
    this.rouse?.();
  }

  /** Ends after the round in hand. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.rouse?.();
    await this.running;
  }

  /** Aborted when told to stop: for what a round waits for. */
  protected get stopping(): AbortSignal {
    return this.ending.signal;
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      this.awake = false;
      const pause = await this.round();
      if (pause === undefined) return;
      if (pause > 0) await this.sleep(pause);
    }
  }

  private async sleep(ms: number): Promise<void> {
    if (this.awake || this.ending.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.rouse = undefined;
  }
}
