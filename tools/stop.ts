import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Instance } from './machine/instance.js';
import { stopLeftover } from './machine/processes.js';

/** Stops whatever a start or a test run left running. */
const root = join(process.env['DELGE_ROOT'] ?? process.cwd(), '.delge');
const names = existsSync(root) ? readdirSync(root) : [];
let stopped = 0;
for (const name of names) {
  const left = await stopLeftover(Instance.open(name));
  for (const one of left) process.stdout.write(`stopped ${name}/${one}\n`);
  stopped += left.length;
}
if (stopped === 0) process.stdout.write('nothing was running\n');
