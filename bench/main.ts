import { benchAttachment } from './attachment.js';
import { benchLaw } from './law.js';
import { benchLedger } from './ledger.js';
import { benchReferrals } from './referrals.js';
import { benchEnvelope } from './envelope.js';
import { benchOneAnswer } from './one-answer.js';
import { benchSearch } from './search.js';
import { benchVerify } from './verify.js';

/** Parts of `npm run bench`. Each prints its table and says whether every bar was reached. */
const PARTS: { readonly [part: string]: (args: readonly string[]) => Promise<boolean> } = {
  attachment: benchAttachment,
  law: benchLaw,
  ledger: benchLedger,
  envelope: benchEnvelope,
  'one-answer': benchOneAnswer,
  search: benchSearch,
  verify: benchVerify,
  referrals: benchReferrals,
};

/** Without a part: referrals end to end. */
const given = process.argv.slice(2);
const [part = '', ...args] = given[0]?.startsWith('--') === false ? given : ['referrals', ...given];
const run = PARTS[part];
if (run === undefined) {
  process.stderr.write(
    `usage: npm run bench -- [${Object.keys(PARTS).join('|')}] [--quick | --rate NUMBER | --minutes NUMBER | --profile | --decisions NUMBER | --leaves NUMBER | --disclosures NUMBER | --keep | --attempts NUMBER | --octets NUMBER | --size MIB | --folder PATH | --short]\n`,
  );
  process.exit(1);
}
process.exitCode = (await run(args)) ? 0 : 1;
