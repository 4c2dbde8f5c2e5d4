import { Command } from 'commander';
import { accessLogCommands } from './access-log.js';
import { authoritiesCommand } from './authorities.js';
import { casesCommand } from './cases.js';
import { checkCommand } from './check.js';
import { attachmentCommands } from './attachments.js';
import { readCommands, sendCommands } from './commands.js';
import { doctorCommand } from './doctor/doctor.js';
import { evidenceCommand } from './evidence.js';
import { exportCommand } from './export/export.js';
import { initCommand } from './init.js';
import { assignmentCommands } from './assignment.js';
import { eraseCommand, holdCommand } from './keeping.js';
import { keysCommands } from './keys/index.js';
import { listenCommand } from './listen.js';
import { logCommands } from './log/print.js';
import { OWN_FILE } from './own.js';
import { quarantineCommands } from './quarantine.js';
import { recordCommands } from './record.js';
import { receiptCommands } from './receipts.js';
import { registerutdragCommand } from './registerutdrag/registerutdrag.js';
import { replayCommand } from './replay.js';
import { eventCommands } from './events.js';
import { requestCommands } from './requests.js';
import { sampleCommands } from './sample.js';
import { staffCommand } from './staff.js';
import { subscriptionsCommand } from './subscriptions.js';
import { systemCommand } from './system.js';
import { waitingCommands } from './waiting.js';
import { rulesCommands } from './rules/index.js';
import { verifierCommand } from './verify/verifier.js';
import { verifyCommand } from './verify/verify.js';
import { verifyExportCommand } from './verify/verify-export.js';
import { watchCommand } from './watch/watch.js';

/** Everything that `delge` does, docs/cli.md. */
export const delgeProgram = (): Command => {
  const program = new Command('delge')
    .description(
      'Delge from the command line, as a system of an authority sees it. What each command ends with: docs/cli.md',
    )
    .option('--sandbox <file>', 'sandbox.json of a started sandbox', '.delge/sandbox/sandbox.json')
    .option('--config <file>', 'what `delge init` wrote: who asks where --as is not said', OWN_FILE);
  initCommand(program);
  sendCommands(program);
  systemCommand(program);
  staffCommand(program);
  attachmentCommands(program);
  readCommands(program);
  receiptCommands(program);
  recordCommands(program);
  waitingCommands(program);
  casesCommand(program);
  requestCommands(program);
  subscriptionsCommand(program);
  accessLogCommands(program);
  authoritiesCommand(program);
  registerutdragCommand(program);
  eventCommands(program);
  listenCommand(program);
  replayCommand(program);
  doctorCommand(program);
  checkCommand(program);
  rulesCommands(program);
  keysCommands(program);
  evidenceCommand(program);
  exportCommand(program);
  logCommands(program);
  eraseCommand(program);
  holdCommand(program);
  assignmentCommands(program);
  sampleCommands(program);
  verifyCommand(program);
  verifyExportCommand(program);
  verifierCommand(program);
  watchCommand(program);
  quarantineCommands(program);
  return program;
};
