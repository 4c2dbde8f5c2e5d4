import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { rendered, verifyBundle, verifyEvidence } from '#verifier';
import { existing, trustOf } from '../files.js';
import { folderSource } from './folder.js';
import { threads } from './threads.js';

interface VerifyOptions {
  readonly trust: string;
  readonly checkpoint?: string;
  readonly json?: true;
  readonly en?: true;
  readonly threads?: string;
}

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
