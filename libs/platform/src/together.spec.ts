import { expect, it } from '@jest/globals';
import { Together } from './together.js';

/** Work that ends when it is told to. */
const aWork = (most = 10, apartMs = 0) => {
  const begun: (readonly string[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  let told: () => void = () => undefined;
  const work = (items: readonly string[]): Promise<readonly string[]> => {
    begun.push(items);
    told();
    return new Promise((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve(items.map((item) => `${item}!`)) : reject(error)));
    });
  };
  const begins = async (nth: number): Promise<readonly string[]> => {
    while (begun[nth] === undefined) await new Promise<void>((resolve) => (told = resolve));
    return begun[nth];
  };
  return {
    together: new Together(work, most, apartMs),
    begins,
    end: (nth: number, error?: Error) => ends[nth]?.(error),
  };
};

it('does together what comes while it works, and gives each its own result', async () => {
  const { together, begins, end } = aWork(2);
  const first = together.add('a');
  expect(await begins(0)).toEqual(['a']);
  const others = ['b', 'c', 'd'].map((item) => together.add(item));
  end(0);
  expect(await first).toBe('a!');
  expect(await begins(1)).toEqual(['b', 'c']);
  end(1);
  expect(await begins(2)).toEqual(['d']);
  end(2);
  expect(await Promise.all(others)).toEqual(['b!', 'c!', 'd!']);
});

it('fails those that failed together, and goes on', async () => {
  const { together, begins, end } = aWork();
  const failed = ['a', 'b'].map((item) => together.add(item));
  await begins(0);
  const next = together.add('c');
  end(0, new Error('away'));
  for (const one of failed) await expect(one).rejects.toThrow('away');
  await begins(1);
  end(1);
  expect(await next).toBe('c!');
});

it('begins no second piece of work before its time, unless there is enough for it', async () => {
  const { together, begins, end } = aWork(2, 60_000);
  const first = together.add('a');
  await begins(0);
  const others = ['b', 'c'].map((item) => together.add(item));
  end(0);
  expect(await first).toBe('a!');
  expect(await begins(1)).toEqual(['b', 'c']);
  end(1);
  await Promise.all(others);
});
