import { join } from 'node:path';
import { SERVER_STEPS, sandboxName, startServers } from './deploy/servers.js';
import { STACK_STEPS, Stack, gatewayService } from './deploy/stack.js';
import { Instance } from './machine/instance.js';
import { Processes, isRunning, stopLeftover } from './machine/processes.js';
import { Progress } from './machine/progress.js';
import { readDirectory } from './sandbox/directory.js';
import { DEMO_STEPS, demonstrate } from './demo/demonstrate.js';
import { say, sayHowToSend } from './demo/tables.js';
import { SEED_STEPS, SandboxPast, startOptions } from './seed/sandbox-past.js';
import { writeVerifier } from './verifier/build.js';

/**
 * The main job: sets everything up, in a new sandbox plays a year of disclosures, sends the examples through the running system, shows and verifies what became of them, and leaves the
 * system running. With `--once` it stops everything and ends: 0 when all came out as expected. With `--past-alone` (`npm run seed`) it ends when the year is there.
 */
const { once, alone, disclosures, seed } = startOptions(process.argv.slice(2));
const root = process.env['DELGE_ROOT'] ?? process.cwd();
const instance = Instance.open(sandboxName());
const processes = new Processes(instance);
const owner = processes.own();
if (owner !== undefined) {
  process.stderr.write(
    `Delge runs in this clone already, by process ${owner}: use it, or stop it with \`npm run stop\` and start again.\n`,
  );
  process.exit(1);
}
if (isRunning(instance)) {
  process.stdout.write('stopping what an earlier start left running\n');
  await stopLeftover(instance);
}
const progress = new Progress(SERVER_STEPS + STACK_STEPS + SEED_STEPS + (alone ? 0 : DEMO_STEPS));
let stack: Stack | undefined;
let stopping: Promise<void> | undefined;

const stop = (): Promise<void> => {
  stopping ??= (async () => {
    const begun = Date.now();
    // Below what was being done, on a terminal.
    say('\nstopping everything …');
    await stack?.stopAll();
    await processes.stopAll();
    say(`stopped everything in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  })();
  return stopping;
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop().then(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
}
// A connection that breaks while its server is being stopped, above all: whatever it is, nothing stays behind.
process.on('uncaughtException', (fault) => {
  if (stopping === undefined) process.stderr.write(`\n${fault.stack ?? fault.message}\n`);
  void stop().then(() => process.exit(1));
});

try {
  const directory = readDirectory(join(root, 'examples/sandbox-directory.yaml'));
  await writeVerifier(root);
  const servers = await startServers(instance, processes, progress);
  const past = new SandboxPast({ dir: instance.dir, directory, root, disclosures, seed }, progress);
  stack = await Stack.start(
    { instance, processes, servers, directory, name: instance.name, dir: instance.dir, before: past.play },
    progress,
  );
  const review = await past.review(stack);
  if (alone) {
    past.say();
    await stop();
    process.exit(past.played === undefined ? 1 : 0);
  }
  const faults = await demonstrate(stack, directory, join(root, 'examples/referrals'), progress);
  say(faults === 0 ? `All as expected, after ${progress.elapsed()}.` : `${faults} not as expected.`);
  if (once) {
    await stop();
    process.exit(faults === 0 ? 0 : 1);
  }
  sayHowToSend(
    stack,
    directory.gateways.map(({ id }) => [id, stack?.url(gatewayService(id)) ?? ''] as const),
    review,
  );
  const ended = await processes.firstEnded();
  if (stopping === undefined) {
    say(`${ended} has ended by itself; its log lies in .delge/${instance.name}/log`);
    await stop();
    process.exit(1);
  }
} catch (error) {
  if (stopping === undefined) process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  await stop();
  process.exit(1);
}
