import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SnapshotError, parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import { rendered, verifyBundle, verifyEvidence } from '#verifier';
import { folderSource } from './folder.js';
import { threads } from './threads.js';

interface VerifyOptions {
  readonly trust: string;
  readonly checkpoint?: string;
  readonly json?: true;
  readonly en?: true;
  readonly threads?: string;
}

const rootPath = (path: string): string => resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path);
const existing = (path: string): string => {
  const found = rootPath(path);
  if (!existsSync(found)) throw new Error(`there is no ${path}`);
  return found;
};

const trustOf = async (path: string): Promise<{ readonly text: string; readonly trust: Trust }> => {
  const text = readFileSync(existing(path), 'utf8');
  try {
    return { text, trust: await parseTrust(text) };
  } catch (error) {
    if (error instanceof SnapshotError) throw new Error(`${path} is no trust.json`, { cause: error });
    throw error;
  }
};

/** verify: its exit code is the class of what does not hold, as docs/auditor.md lists them; 1 is for what cannot be begun. */
export const verifyCommand = (program: Command): void => {
  program
    .command('verify <path>')
    .description('verify a bundle (folder) or an evidence file, offline: no network, no database')
    .requiredOption('--trust <file>', 'trust.json, got from elsewhere than the evidence')
    .option('--checkpoint <file>', 'checkpoint of the disclosure log that you have seen before and kept')
    .option('--json', 'the report as one JSON object')
    .option('--en', 'the report in English')
    .option('--threads <count>', 'threads that verify a bundle; one for each core without it')
    .action(async (path: string, options: VerifyOptions) => {
      const { text, trust } = await trustOf(options.trust);
      const pinned =
        options.checkpoint === undefined ? {} : { pinned: readFileSync(existing(options.checkpoint), 'utf8') };
      const found = existing(path);
      const now = new Date();
      const workers = threads(text, options.threads);
      try {
        const report = statSync(found).isDirectory()
          ? await verifyBundle(folderSource(found), trust, { now, ...pinned, checkerOf: workers.checkerOf })
          : await verifyEvidence(readFileSync(found), trust, { now, ...pinned });
        process.stdout.write(
          options.json === true ? `${JSON.stringify(report)}\n` : rendered(report, options.en === true ? 'en' : 'sv'),
        );
        process.exitCode = report.exitCode;
      } finally {
        await workers.close();
      }
    });
};
