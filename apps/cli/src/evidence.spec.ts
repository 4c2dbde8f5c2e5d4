import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePrivate } from './evidence.js';

const folder = mkdtempSync(join(tmpdir(), 'delge-evidence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes what its owner alone reads, also where a file stood that anybody could read', () => {
  const file = join(folder, 'case.json');
  for (const there of [file, `${file}.new`]) writeFileSync(there, 'before', { mode: 0o644 });
  writePrivate(file, 'secret');
  expect(readFileSync(file, 'utf8')).toBe('secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
