import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isThere, treeOf } from './servers.js';

describe('the processes of a server', () => {
  it('are without the one that has ended and that its parent has not asked after', async () => {
    // What the shell has become knows nothing of the child, and leaves it a zombie, as a stopped PostgreSQL does.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & exec sleep 300'], { stdio: 'ignore' });
    const root = parent.pid;
    if (root === undefined) throw new Error('no shell was started');
    try {
      const child = await ended(root);

      expect(isThere(child)).toBe(false);
      expect(treeOf(root)).toEqual([root]);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

/** @returns the child that a process has left a zombie, once it is one */
const ended = async (root: number): Promise<number> => {
  for (;;) {
    const child = readdirSync('/proc').find((pid) => new RegExp(`^${pid} \\(.*\\) Z ${root} `, 's').test(statOf(pid)));
    if (child !== undefined) return Number(child);
    await delay(5);
  }
};

const statOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
};
