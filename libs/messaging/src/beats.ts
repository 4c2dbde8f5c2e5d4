const BEAT_MS = 5_000;
const PROMPT_MS = 1_000;

/** Work did not end, although this process has worked and its store has answered for so long. It may end yet: nothing stops it. */
export class HangError extends Error {
  override readonly name = 'HangError';
}

interface Waiting {
  left: number;
  readonly late: () => void;
}

/**
 * Measures work by beats and not by a clock: a process that was stopped has not worked, and one whose store is slow waits for it. Neither
 * says anything about the message.
 */
export class Beats {
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
  private asking = false;

  /** @param answers asked once a beat, which counts when it comes back at once */
  constructor(
    private readonly answers: () => Promise<unknown>,
    private readonly beatMs: number = BEAT_MS,
  ) {}

  /** @throws {HangError} when it has not ended after so many beats */
  async within<T>(beats: number, work: Promise<T>): Promise<T> {
    let one: Waiting | undefined;
    const late = new Promise<never>((_, reject) => {
      one = { left: beats, late: () => reject(new HangError('handler-hangs')) };
      this.waiting.add(one);
    });
    this.timer ??= setInterval(() => void this.beat(), this.beatMs);
    try {
      return await Promise.race([work, late]);
    } finally {
      if (one !== undefined) this.waiting.delete(one);
      if (this.waiting.size === 0) {
        clearInterval(this.timer);
        this.timer = undefined;
      }
    }
  }

  private async beat(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const asked = performance.now();
    // What began while the store was asked has not waited for this beat.
    const had = [...this.waiting];
    try {
      await this.answers();
      if (performance.now() - asked > PROMPT_MS) return;
      for (const one of had) {
        one.left -= 1;
        if (one.left === 0) one.late();
      }
    } catch {
      // The store is away: that is not the work's fault.
    } finally {
      this.asking = false;
    }
  }
}
