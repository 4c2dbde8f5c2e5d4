import { expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { askable } from './live-memory.js';

jest.setTimeout(60_000);

/** Holds 32 MiB in its heap and 32 beside it, throws as much away, and says what it holds when it is asked. */
const HOLDER = `
  const held = [];
  const take = (mib) => ({ heap: Array.from({ length: mib }, (_, n) => new Array(2 ** 17).fill(n + 0.5)), beside: Buffer.alloc(mib * 2 ** 20, 1) });
  process.stdin.on('data', (text) => {
    const piece = take(32);
    if (String(text) === 'hold') held.push(piece);
    process.kill(process.pid, 'SIGUSR2');
  });`;

it('counts what is held, in the heap and beside it, and nothing that was thrown away', async () => {
  const child = spawn(process.execPath, ['-e', HOLDER], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...askable() },
  });
  const told = async (text: string): Promise<number> => {
    child.stdin.write(text);
    const [said] = (await once(child.stderr, 'data')) as unknown[];
    return Number(/live memory: (\d+) octets/.exec(String(said))?.[1]) / 2 ** 20;
  };
  try {
    const first = await told('throw away');
    const second = await told('hold');
    const third = await told('throw away');
    expect(second - first).toBeGreaterThan(60);
    expect(second - first).toBeLessThan(70);
    expect(Math.abs(third - second)).toBeLessThan(4);
  } finally {
    child.kill('SIGKILL');
  }
});
