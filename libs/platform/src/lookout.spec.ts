import { expect, it } from '@jest/globals';
import { Lookout } from './lookout.js';

class Looking extends Lookout {
  constructor(private readonly found: (string | undefined)[]) {
    super();
  }
  protected override see(): Promise<void> {
    const error = this.found.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(new Error(error));
  }
}

it('says once why nothing can be seen, and again when something was seen meanwhile', async () => {
  const found = ['away', 'forbidden', 'forbidden', undefined, 'forbidden'];
  const looking = new Looking([...found]);
  const told: string[] = [];
  looking.whenHindered((error) => {
    const { message } = error as Error;
    if (message === 'away') return false;
    told.push(message);
    return true;
  });
  const counts: number[] = [];
  for (const _ of found) {
    await looking.look().catch(() => undefined);
    counts.push(told.length);
  }
  expect(counts).toEqual([0, 1, 1, 1, 2]);
});
