import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { rootPath } from '../files.js';

/** As `npm run verifier` has made it. */
const ONE_FILE = fileURLToPath(new URL('../../../../verifier/delge-verifier.html', import.meta.url));

/** verifier: the verifier for browsers, one file. */
export const verifierCommand = (program: Command): void => {
  program
    .command('verifier [file]')
    .description('save the verifier for browsers, one file that needs no network; `npm run verifier` makes it')
    .option('--digest', 'its SHA-256, as sha256sum prints it')
    .action((file: string | undefined, options: { readonly digest?: true }) => {
      if (!existsSync(ONE_FILE)) throw new Error('there is no verifier yet: npm run verifier');
      if (file === undefined && options.digest !== true) throw new Error('name a file to save it as, or --digest');
      if (file !== undefined) copyFileSync(ONE_FILE, rootPath(file));
      const digest = createHash('sha256').update(readFileSync(ONE_FILE)).digest('hex');
      process.stdout.write(`${digest}  delge-verifier.html\n`);
    });
};
