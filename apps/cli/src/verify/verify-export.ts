import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CLASSES, FINDINGS, KeysCache, exitCodeOf, verifyEvidence, verifyExport } from '#verifier';
import type { Finding } from '#verifier';
import { existing, trustOf } from '../files.js';

interface VerifyExportOptions {
  readonly trust: string;
  readonly checkpoint?: string;
}

const told = ({ code, messageId, why }: Finding): string => {
  const { class: name, sv } = FINDINGS[code];
  const where = [messageId, why].filter((one) => one !== undefined).join(' ');
  return `${code}${where === '' ? '' : ` ${where}`}: ${CLASSES[name].sv}: ${sv}\n`;
};

/** verify-export: its exit codes are those of verify. */
export const verifyExportCommand = (program: Command): void => {
  program
    .command('verify-export <file> <cover>')
    .description(
      "verify a file that was exported from the console against its cover sheet, offline; of an evidence page each message's evidence too",
    )
    .requiredOption('--trust <file>', 'trust.json, got from elsewhere than the file')
    .option('--checkpoint <file>', 'checkpoint of the disclosure log that you have seen before and kept, for evidence')
    .action(async (path: string, coverPath: string, options: VerifyExportOptions) => {
      const { trust } = await trustOf(options.trust);
      const pinned =
        options.checkpoint === undefined ? {} : { pinned: readFileSync(existing(options.checkpoint), 'utf8') };
      const report = await verifyExport(readFileSync(existing(path)), readFileSync(existing(coverPath)), trust);
      const findings: Finding[] = [...report.findings];
      const [now, cache] = [new Date(), new KeysCache()];
      for (const file of report.evidence ?? []) {
        const { messageId } = file;
        const one = await verifyEvidence(file, trust, { now, cache, ...pinned });
        findings.push(...one.findings.map((finding) => ({ messageId, ...finding })));
      }
      if (report.cover !== undefined)
        process.stdout.write(`${JSON.stringify({ holds: findings.length === 0, ...report.cover }, undefined, 2)}\n`);
      for (const finding of findings) process.stderr.write(told(finding));
      process.exitCode = exitCodeOf(findings);
    });
};
