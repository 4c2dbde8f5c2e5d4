import type { Command } from 'commander';
import { addCommand } from './add.js';
import { backupCommands } from './backup.js';
import { initCommand } from './init.js';

/** keys */
export const keysCommands = (program: Command): void => {
  const keys = program.command('keys').description('make, keep, enrol and replace keys');
  initCommand(keys);
  addCommand(keys);
  backupCommands(keys);
};
