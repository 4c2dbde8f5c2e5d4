import { Command } from 'commander';
import { DelgeProblem } from '#client';
import { checkCommand } from './check.js';
import { attachmentCommands } from './attachments.js';
import { readCommands, sendCommands } from './commands.js';
import { evidenceCommand } from './evidence.js';
import { exportCommand } from './export/export.js';
import { eraseCommand, holdCommand } from './keeping.js';
import { keysCommands } from './keys/index.js';
import { quarantineCommands } from './quarantine.js';
import { receiptCommands } from './receipts.js';
import { waitingCommands } from './waiting.js';
import { rulesCommands } from './rules/index.js';
import { verifyCommand } from './verify/verify.js';
import { watchCommand } from './watch/watch.js';

const program = new Command('delge')
  .description('Delge from the command line, as a system of an authority sees it. `--as` names the authority.')
  .option('--sandbox <file>', 'sandbox.json of a started sandbox', '.delge/sandbox/sandbox.json');
sendCommands(program);
attachmentCommands(program);
readCommands(program);
receiptCommands(program);
waitingCommands(program);
checkCommand(program);
rulesCommands(program);
keysCommands(program);
evidenceCommand(program);
exportCommand(program);
eraseCommand(program);
holdCommand(program);
verifyCommand(program);
watchCommand(program);
quarantineCommands(program);
// Whoever reads what is printed may stop before its end, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof DelgeProblem) process.stderr.write(`${JSON.stringify(error.problem, undefined, 2)}\n`);
  else if (error instanceof TypeError && error.message === 'fetch failed')
    process.stderr.write('the gateway does not answer: is the sandbox running? `npm start` starts it\n');
  else process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // A command whose 1 is an answer has set another.
  process.exitCode ??= 1;
}
