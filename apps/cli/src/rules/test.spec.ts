import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rulesCommands } from './index.js';

const SCENARIOS = join(import.meta.dirname, '../../../../libs/legal-basis/scenarios');
const RULES = join(SCENARIOS, '../rules');
const HEAD = 'about: x\nscenarios:\n';
const PERMITTED =
  '  - { id: a, says: ett fall, from: fk, to: polis, bases: [OSL-10-27], items: [{ secrecy: ["28:1"] }], expect: permit/permission }\n';
const folder = mkdtempSync(join(tmpdir(), 'delge-rules-test-'));
const code = process.exitCode;

const run = async (text: string, ...args: readonly string[]): Promise<{ exit: unknown; out: string; err: string }> => {
  const file = join(folder, 'own.yaml');
  writeFileSync(file, text);
  const told = { out: '', err: '' };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((part) => {
    told.out += String(part);
    return true;
  });
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((part) => {
    told.err += String(part);
    return true;
  });
  try {
    const program = new Command();
    rulesCommands(program);
    await program.parseAsync(['rules', 'test', file, '--scenarios', SCENARIOS, ...args], { from: 'user' });
    return { exit: process.exitCode, ...told };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
};
afterEach(() => {
  process.exitCode = code;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('counts what passes', async () => {
  expect(await run(HEAD + PERMITTED)).toEqual({ exit: 0, out: '1 passed, 0 failed\n', err: '' });
});

test('prints a difference with expected, got and why, and exits with 1', async () => {
  const { exit, out } = await run(HEAD + PERMITTED.replace('permit/permission', 'deny'));
  expect(exit).toBe(1);
  expect(out).toMatch(
    /own\.yaml a: ett fall \(2026-11-23\)\n {2}expected {2}deny\n {2}got {7}permit\/permission\n {2}why\n {2}\S/,
  );
  expect(out).toMatch(/0 passed, 1 failed\n$/);
});

test('exits with 2 on a file that cannot be run, and names it', async () => {
  const { exit, err } = await run(HEAD + PERMITTED.replace('from: fk', 'from: nobody'));
  expect(exit).toBe(2);
  expect(err).toContain('own.yaml a: from');
});

test('runs against another folder of rules, or a released set', async () => {
  expect((await run(HEAD + PERMITTED, '--rules', RULES)).exit).toBe(0);
  expect((await run(HEAD + PERMITTED, '--set', '1')).exit).toBe(0);
  expect((await run(HEAD + PERMITTED, '--set', '99')).exit).toBe(2);
});
