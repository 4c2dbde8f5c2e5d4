import { ProblemError } from '#platform';

export interface ListenerLimits {
  /** Of one system at once. */
  readonly perSystem: number;
  readonly inAll: number;
}

/** How many may wait for events at once, by long poll and stream together: they leave room for whoever asks for anything else. */
export class Listeners {
  private readonly bySystem = new Map<string, number>();
  private count = 0;

  constructor(private readonly limits: ListenerLimits) {}

  /** @throws {ProblemError} rate-limited, busy @throws what `listen` throws */
  async admit<T>(system: string, listen: () => Promise<T>): Promise<T> {
    const ofSystem = this.bySystem.get(system) ?? 0;
    if (ofSystem >= this.limits.perSystem) throw new ProblemError('rate-limited', 429);
    if (this.count >= this.limits.inAll) throw new ProblemError('busy', 503);
    this.bySystem.set(system, ofSystem + 1);
    this.count += 1;
    try {
      return await listen();
    } finally {
      const left = (this.bySystem.get(system) ?? 1) - 1;
      if (left > 0) this.bySystem.set(system, left);
      else this.bySystem.delete(system);
      this.count -= 1;
    }
  }
}
