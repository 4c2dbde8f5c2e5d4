import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Instance } from './machine/instance.js';
import { stopLeftover } from './machine/processes.js';
import { undo } from './machine/undo.js';

/** Stops whatever a start or a test run left running. */
const root = join(process.env['DELGE_ROOT'] ?? process.cwd(), '.delge');
const names = existsSync(root) ? readdirSync(root) : [];
let stopped = 0;
for (const name of names) {
  const instance = Instance.open(name);
  const left = await stopLeftover(instance);
  undo(instance);
  for (const one of left) process.stdout.write(`stopped ${name}/${one}\n`);
  stopped += left.length;
}
if (stopped === 0) process.stdout.write('nothing was running\n');
