import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandsUnder } from './docs/markdown.js';

/**
 * `npm run test:first-hour`: does what README tells a new integrator to do, in this clone and word for word: starts, sends a first referral of one's
 * own, and stops. 0 when the referral was acknowledged within the time that README promises.
 */
const HEADING = 'Your first referral';
const PROMISED_MS = 5 * 60_000;
const SETTLED_MS = 60_000;
const LOOK_MS = 500;
/** What the commands of README write. */
const CONFIG = 'delge.json';
const isMade = (name: string): boolean => name === CONFIG || /^my[-.]/.test(name);

const root = process.env['DELGE_ROOT'] ?? process.cwd();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const made = (): readonly string[] => readdirSync(root).filter(isMade);

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((done, fail) => child.once('error', fail).once('close', (code) => done(code ?? 1)));

/** @throws when it ends with an error */
const run = async (command: string): Promise<void> => {
  const code = await ended(spawn('sh', ['-ec', command], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }));
  if (code !== 0) throw new Error(`ended with ${code}: what README says does not work`);
};

/** What one of README's commands prints. */
const answerOf = (command: string): Promise<string> => {
  const child = spawn('sh', ['-ec', command], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return ended(child).then(() => out);
};

/** `npm start`, while it runs. */
interface Started {
  readonly child: ChildProcess;
  readonly over: Promise<number>;
  /** @throws when it ends before, or not all came out as expected */
  ready(): Promise<void>;
}
const start = (): Started => {
  const child = spawn('npm', ['start'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const over = ended(child);
  let out = '';
  const saidSo = new Promise<void>((done) => {
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      out += chunk.toString();
      if (out.includes('\nReady.')) done();
    });
  });
  const ready = async (): Promise<void> => {
    const code = await Promise.race([saidSo, over]);
    if (typeof code === 'number') throw new Error(`npm start ended with ${code}`);
    if (!out.includes('All as expected')) throw new Error('not all of the main job came out as expected');
  };
  return { child, over, ready };
};

/** Each command with what it prints, as somebody would see it who types it. */
const typed = (commands: readonly string[]): string =>
  commands.map((command) => `printf '\\n$ %s\\n' '${command.replaceAll("'", `'\\''`)}'\n${command}`).join('\n');

/** Waits until the sender has seen that the agency has it. */
const acknowledged = async (): Promise<void> => {
  const { id } = JSON.parse(readFileSync(join(root, 'my-referral.json'), 'utf8')) as { readonly id: string };
  for (const deadline = Date.now() + SETTLED_MS; Date.now() < deadline; await delay(LOOK_MS)) {
    const answer = await answerOf(`npm run -s delge -- referral ${id}`);
    const { recipients } = JSON.parse(answer) as { readonly recipients: readonly { readonly state: string }[] };
    if (recipients.every(({ state }) => state === 'acknowledged')) return;
  }
  throw new Error('the referral was not acknowledged');
};

const commands = commandsUnder(readFileSync(join(root, 'README.md'), 'utf8'), HEADING);
if (made().length > 0) {
  process.stderr.write(`${made().join(', ')}: README's commands would meet what is yours; move it away\n`);
  process.exit(1);
}
const begun = Date.now();
const running = start();
// What waits for it then ends with an error, and the rest is stopped as ever.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => running.child.kill('SIGTERM'));
try {
  await running.ready();
  const ready = Date.now();
  await run(typed(commands));
  await acknowledged();
  const took = Date.now() - ready;
  say(
    `\nFirst referral of one's own, acknowledged and proven: ${seconds(took)} after the start, which took ${seconds(ready - begun)}.`,
  );
  if (took > PROMISED_MS) throw new Error('that is longer than README promises');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
for (const name of made()) rmSync(join(root, name));
try {
  // As README has it, too.
  await run('npm run -s stop');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  running.child.kill('SIGTERM');
  process.exitCode = 1;
}
await running.over;
