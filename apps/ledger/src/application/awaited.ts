/** Something that grows, and those who wait for more of it than they have. */
export class Awaited<T extends { readonly size: bigint }> {
  private value: T | undefined;
  private readonly waiting = new Set<() => void>();
  private ended = false;

  get newest(): T | undefined {
    return this.value;
  }

  set(value: T): void {
    this.value = value;
    this.tell();
  }

  /** Nobody waits any longer. */
  end(): void {
    this.ended = true;
    this.tell();
  }

  /** Waits for one larger than `after`, for `ms` at most. @returns the newest then */
  larger(after: bigint, ms: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(this.value);
      };
      const look = (): void => {
        if (this.ended || (this.value !== undefined && this.value.size > after)) done();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(look);
      if (ms <= 0) done();
      else look();
    });
  }

  private tell(): void {
    for (const look of [...this.waiting]) look();
  }
}
