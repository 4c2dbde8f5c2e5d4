import type { Command } from 'commander';
import { addCommand } from './add.js';
import { backupCommands } from './backup.js';
import { countersignCommand } from './countersign.js';
import { enrolCommand } from './enrol.js';
import { forgetCommand } from './forget.js';
import { initCommand } from './init.js';
import { listCommand } from './list.js';
import { revokeCommand } from './revoke.js';
import { rotateCommand } from './rotate.js';
import { submitCommand } from './submit.js';

/** keys */
export const keysCommands = (program: Command): void => {
  const keys = program.command('keys').description('make, keep, enrol and replace keys');
  initCommand(keys);
  addCommand(keys);
  backupCommands(keys);
  forgetCommand(keys);
  enrolCommand(keys);
  rotateCommand(keys);
  revokeCommand(keys);
  countersignCommand(keys);
  submitCommand(keys);
  listCommand(keys);
};
