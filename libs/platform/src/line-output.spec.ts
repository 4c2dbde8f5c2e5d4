import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineOutput } from './line-output.js';

let dir: string;
const lost: number[] = [];
beforeEach(() => {
  lost.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'delge-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('throws nothing when there is no room, and tells how many lines were lost when there is again', () => {
  const file = join(dir, 'log');
  const fd = openSync(file, 'a');
  const output = new LineOutput(fd, (count) => void lost.push(count));
  output.write('before\n');
  closeSync(fd);
  for (let nth = 0; nth < 3; nth += 1) output.write('lost\n');
  expect(lost).toEqual([]);
  // The number that was closed last is the one that is given next.
  expect(openSync(file, 'a')).toBe(fd);
  output.write('after\n');
  output.write('and on\n');
  closeSync(fd);
  expect(readFileSync(file, 'utf8')).toBe('before\nafter\nand on\n');
  expect(lost).toEqual([3]);
});

it('keeps lines whole when there was room for a part of one', () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const output = new LineOutput(fd, (count) => void lost.push(count));
  const line = `${'x'.repeat(60_000)}\n`;
  // A pipe has room for 64 KiB: one, a part of the second, none of the third.
  for (let nth = 0; nth < 3; nth += 1) output.write(line);
  const read: Buffer[] = [];
  const readAll = (): void => {
    const part = Buffer.alloc(1024 * 1024);
    read.push(part.subarray(0, readSync(fd, part)));
  };
  readAll();
  output.write('last\n');
  readAll();
  closeSync(fd);
  expect(Buffer.concat(read).toString()).toBe(`${line}${line}last\n`);
  expect(lost).toEqual([1]);
});

it('waits for a slow reader a fifth of a second in each, whatever it takes in between, and then loses lines', () => {
  // What else the machine does only adds to it.
  const took = [0, 1, 2].map((nth) => {
    const pipe = join(dir, `pipe ${nth}`);
    execFileSync('mkfifo', [pipe]);
    const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const output = new LineOutput(fd, () => undefined);
    const line = `${'x'.repeat(40_000)}\n`;
    const part = Buffer.alloc(1024 * 1024);
    const began = performance.now();
    // Lines are lost, and when all was read there is room for one: that is no reason to wait for the next as long again.
    for (let time = 0; time < 8; time += 1) {
      for (let of = 0; of < 3; of += 1) output.write(line);
      readSync(fd, part);
      output.write('short\n');
    }
    closeSync(fd);
    return performance.now() - began;
  });
  expect(Math.min(...took)).toBeLessThan(1_000);
});

it('tells of lost lines until what tells it is not lost itself', () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const part = Buffer.alloc(1024 * 1024);
  const output: LineOutput = new LineOutput(fd, (count) => {
    lost.push(count);
    // Of as many octets as a pipe takes whole or not at all.
    output.write(`${'t'.repeat(4_000)}\n`);
  });
  const fill = (): void => {
    for (let before = lost.length, nth = 0; nth < 20 && lost.length === before; nth += 1)
      output.write(`${'x'.repeat(4_000)}\n`);
  };
  fill();
  const filled = [...lost];
  // For this there is room behind the last of them, and not for the line that tells.
  output.write('room\n');
  readSync(fd, part);
  output.write('more\n');
  closeSync(fd);
  expect([filled, lost]).toEqual([[], [4, 5]]);
});

it('does not let a process wait for the reader of a pipe at which a write waits', async () => {
  const log = `import { EventLog } from ${JSON.stringify(join(import.meta.dirname, '../../../dist/libs/platform/src/event-log.js'))};
    const log = new EventLog('gateway', 'info');
    for (let nth = 0; nth < 3000; nth += 1) log.info('referral.accepted', { count: nth });
    setTimeout(() => process.exit(7), 10);`;
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const unread = openSync(pipe, 'r+');
  const child = spawn(process.execPath, ['--input-type=module', '-e', log], { stdio: ['ignore', unread, 'ignore'] });
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const ended = await once(child, 'exit');
  clearTimeout(late);
  closeSync(unread);
  expect(ended).toEqual([7, null]);
}, 30_000);

it('ends no process that logs to a full disk', async () => {
  const log = `import { EventLog } from ${JSON.stringify(join(import.meta.dirname, '../../../dist/libs/platform/src/event-log.js'))};
    const log = new EventLog('gateway', 'info');
    for (let nth = 0; nth < 100; nth += 1) log.info('referral.accepted', { count: nth });
    setTimeout(() => process.exit(7), 10);`;
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', log], { stdio: ['ignore', full, 'ignore'] });
  closeSync(full);
  expect(await once(child, 'exit')).toEqual([7, null]);
});
