import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Instance } from './machine/instance.js';
import { removePostgresData } from './machine/postgres.js';
import { stopLeftover } from './machine/processes.js';
import { undo } from './machine/undo.js';

/** Stops what is left running and removes all data of this checkout's private installations. */
const root = join(process.env['DELGE_ROOT'] ?? process.cwd(), '.delge');
for (const name of existsSync(root) ? readdirSync(root) : []) {
  const instance = Instance.open(name);
  for (const one of await stopLeftover(instance)) process.stdout.write(`stopped ${name}/${one}\n`);
  undo(instance);
  removePostgresData(instance);
}
rmSync(root, { recursive: true, force: true });
process.stdout.write('removed .delge\n');
