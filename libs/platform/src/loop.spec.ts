import { describe, expect, it } from '@jest/globals';
import { Loop } from './loop.js';

/** Longer than any test: a round that comes before it was woken. */
const FOREVER_MS = 3_600_000;

class Counting extends Loop {
  rounds = 0;
  private waiting: (() => void)[] = [];
  constructor(private readonly pause: (round: number, loop: Counting) => number | undefined) {
    super();
  }
  reached(rounds: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => (this.rounds >= rounds ? resolve() : void this.waiting.push(look));
      look();
    });
  }
  protected override round(): Promise<number | undefined> {
    this.rounds += 1;
    const looking = this.waiting;
    this.waiting = [];
    for (const look of looking) look();
    return Promise.resolve(this.pause(this.rounds, this));
  }
}

describe('a loop', () => {
  it('goes on at once when woken', async () => {
    const loop = new Counting(() => FOREVER_MS);
    loop.start();
    await loop.reached(1);
    loop.wake();
    await loop.reached(2);
    await loop.stop();
    expect(loop.rounds).toBe(2);
  });

  it('does not forget what woke it while it worked', async () => {
    const loop = new Counting((round, self) => {
      if (round === 1) self.wake();
      return FOREVER_MS;
    });
    loop.start();
    await loop.reached(2);
    await loop.stop();
    expect(loop.rounds).toBe(2);
  });

  it('stops while it waits, and does no further round', async () => {
    const loop = new Counting(() => FOREVER_MS);
    loop.start();
    await loop.reached(1);
    await loop.stop();
    loop.wake();
    expect(loop.rounds).toBe(1);
  });

  it('ends by itself when a round says that there is no next one', async () => {
    const loop = new Counting((round) => (round === 3 ? undefined : 0));
    loop.start();
    await loop.reached(3);
    await loop.stop();
    expect(loop.rounds).toBe(3);
  });
});
