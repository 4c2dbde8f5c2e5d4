import { Loop } from './loop.js';

const LOOK_MS = 1_000;
/** For so long what was seen last may be gone by: a database that is slow, restarted or failed over is seen again within it. */
export const UNSEEN_MS = 30_000;

/**
 * Looks at something beside the work, once in a while and not for each message, so that the work can go by it. When nothing could be seen for `UNSEEN_MS`
 * nobody knows how it is, and whoever goes by it must take it for the worst.
 */
export abstract class Lookout extends Loop {
  private seenAt = -Infinity;
  private whyHindered: (error: unknown) => boolean = () => false;
  private isWhyTold = false;

  /** @param everyMs between two looks */
  constructor(private readonly everyMs = LOOK_MS) {
    super();
  }

  /** One look. @throws when nothing could be seen */
  protected abstract see(): Promise<void>;

  /** @param tell called with what hinders a look, until it returns that it was told; anew when something was seen meanwhile */
  whenHindered(tell: (error: unknown) => boolean): void {
    this.whyHindered = tell;
  }

  /** @throws when nothing could be seen */
  async look(): Promise<void> {
    // What is seen is as it was when the question was asked, and not when the answer came.
    const asked = performance.now();
    try {
      await this.see();
    } catch (error) {
      this.isWhyTold ||= this.whyHindered(error);
      throw error;
    }
    this.isWhyTold = false;
    this.seenAt = asked;
  }

  isUnseen(): boolean {
    return performance.now() - this.seenAt > UNSEEN_MS;
  }

  /** A figure of what was seen; undefined when that is of long ago. */
  protected seen<T>(figure: T): T | undefined {
    return this.isUnseen() ? undefined : figure;
  }

  protected override async round(): Promise<number> {
    try {
      await this.look();
    } catch {
      // The database is away, which its own probe tells: for a while what was seen last stands.
    }
    return this.everyMs;
  }
}
