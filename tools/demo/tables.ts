import type { Stack } from '../deploy/stack.js';
import type { Flip } from './law-flips.js';
import type { Review } from '../seed/review.js';
import type { Sandbox } from './sandbox.js';
import type { Row } from './send.js';
import { indexOf } from './verify.js';
import type { Verified } from './verify.js';

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** @param rows cells as they are shown; the first row is the heading */
export const table = (rows: readonly (readonly string[])[]): void => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows)
    say(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
};

/** One row per referral and recipient. */
export const showRows = (sandbox: Sandbox, rows: readonly Row[]): void => {
  const cells = rows.map((row) => {
    const { example, recipient, ground, verdict, message, delivered, receipt, faults } = row;
    const index = message?.decision === undefined ? '-' : indexOf(sandbox, message.decision).toString();
    const mark = faults.length === 0 ? '' : `✗ ${faults.join('; ')}`;
    return [example.system, recipient, ground, verdict, index, delivered ? 'yes' : '-', receipt ?? '-', mark];
  });
  say('');
  table([['from', 'to', 'ground', 'verdict', 'log index', 'delivered', 'receipt', ''], ...cells]);
};

/** The same disclosure on the day before a law came into force, and on the day. */
export const showFlips = (flips: readonly Flip[]): void => {
  say('\nThe same disclosure, checked for the day before and the day a law came into force (dry run):');
  const cells = flips.map(({ example, basis, dayBefore, before, day, on, faults }) => {
    const mark = faults.length === 0 ? '' : `✗ ${faults.join('; ')}`;
    return [example.name, basis, `${dayBefore}: ${before}`, `${day}: ${on}`, mark];
  });
  table([['example', 'ground', 'day before', 'day', ''], ...cells]);
};

export const showVerified = ({ proofs, disclosure, keys, faults }: Verified): void => {
  say('');
  say(`${proofs} proofs verified offline against trust.json`);
  say(`disclosure log  ${disclosure.size} leaves, root ${disclosure.root}: recomputed, as signed`);
  say(`keys log        ${keys.size} statements, root ${keys.root}: recomputed, as signed`);
  for (const fault of faults) say(`✗ ${fault}`);
  say('');
};

const EXAMPLE = 'examples/referrals/01-linkoping-assistanstimmar.json';
const SENDER = 'linkoping/omsorgsnamnden';

/** What one can do now. */
export const sayHowToSend = (
  stack: Stack,
  gateways: readonly (readonly [string, string])[],
  { person, diaryNumber, authorities }: Review,
): void => {
  const [, own = ''] = gateways[0] ?? [];
  const { name } = stack.options;
  const delge = `npm run -s delge --${name === 'sandbox' ? '' : ` --sandbox .delge/${name}/sandbox.json`}`;
  for (const service of ['registry', 'exchange', 'ledger', 'identity'] as const)
    say(`${service.padEnd(24)} ${stack.url(service)}`);
  for (const [id, url] of gateways) say(`${`gateway ${id}`.padEnd(24)} ${url}  (${url}/openapi.json)`);
  say(`${'officers log in'.padEnd(24)} ${own}/staff/in?issuer=${stack.url('identity')}/linkoping`);
  say(`${'console'.padEnd(24)} ${stack.url('console')}  (docs/auditor.md, "The console")`);
  say(`${''.padEnd(24)} log in as ${person}, and choose the assignment ${diaryNumber} (${authorities} authorities)`);
  say(`
Your first referral, in a second terminal: README. One of the examples, at once:
  ${delge} send ${EXAMPLE} --new-id

The same as curl:
  ${delge} body ${EXAMPLE} --new-id |
    curl -sS ${own}/v1/referrals -H "Authorization: Bearer $(${delge} token ${SENDER})" \\
      -H 'Content-Type: application/json' --data-binary @-

Ready. Ctrl-C stops everything.`);
};
