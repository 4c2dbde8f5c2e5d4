import { benchLaw } from './law.js';
import { benchLedger } from './ledger.js';
import { benchVerify } from './verify.js';

/** Parts of `npm run bench`. Each prints its table and says whether every bar was reached. */
const PARTS: { readonly [part: string]: (args: readonly string[]) => Promise<boolean> } = {
  law: benchLaw,
  ledger: benchLedger,
  verify: benchVerify,
};

const [part = '', ...args] = process.argv.slice(2);
const run = PARTS[part];
if (run === undefined) {
  process.stderr.write(
    `usage: npm run bench -- <${Object.keys(PARTS).join('|')}> [--decisions NUMBER | --leaves NUMBER | --disclosures NUMBER | --folder PATH | --short]\n`,
  );
  process.exit(1);
}
process.exitCode = (await run(args)) ? 0 : 1;
