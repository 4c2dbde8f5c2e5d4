import { afterAll, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_VERSION } from '#legal-basis';
import { rulesCommands } from './index.js';

const SCENARIOS = join(import.meta.dirname, '../../../../libs/legal-basis/scenarios');
const folder = mkdtempSync(join(tmpdir(), 'delge-rules-record-'));
const file = join(folder, `engine-${ENGINE_VERSION}.json`);
const record = async (): Promise<void> => {
  const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const program = new Command();
    rulesCommands(program);
    await program.parseAsync(['rules', 'record', '--scenarios', SCENARIOS, '--recorded', folder], { from: 'user' });
  } finally {
    out.mockRestore();
  }
};
afterAll(() => rmSync(folder, { recursive: true }));

test('writes the same record again, and refuses another verdict of the same engine', async () => {
  await record();
  const written = readFileSync(file, 'utf8');
  await record();
  expect(readFileSync(file, 'utf8')).toBe(written);
  writeFileSync(file, written.replace('"outcome":"permit"', '"outcome":"deny"'));
  await expect(record()).rejects.toThrow(/raise ENGINE_VERSION/);
});
