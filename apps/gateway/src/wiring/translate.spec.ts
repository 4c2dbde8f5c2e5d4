import { expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { translate } from './translate.js';

const answerTo = (error: unknown): string => {
  const problem = translate(error);
  return `${problem?.status ?? ''} ${problem?.code ?? ''}`;
};
const withCode = (code: string, syscall: string): Error => Object.assign(new Error(code), { code, syscall });

it('tells what a disk does not take from what the store does not', async () => {
  expect(answerTo(withCode('ENOSPC', 'write'))).toBe('507 storage');
  expect(answerTo(withCode('EIO', 'fsync'))).toBe('507 storage');
  expect(answerTo(withCode('EMFILE', 'open'))).toBe('507 storage');
  expect(answerTo(withCode('EMFILE', 'connect'))).toBe('503 not-ready');
  expect(answerTo(withCode('ECONNREFUSED', 'connect'))).toBe('503 not-ready');
  expect(translate(new TypeError('a defect'))).toBeUndefined();
});

it('takes a folder that is none for a disk that fails', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'delge-disk-'));
  try {
    await writeFile(join(dir, 'file'), '');
    const failed = await mkdir(join(dir, 'file', 'folder')).catch((error: unknown) => error);
    expect(answerTo(failed)).toBe('507 storage');
  } finally {
    await rm(dir, { recursive: true });
  }
});
