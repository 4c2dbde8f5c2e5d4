/**
 * Runs one of the repository's tools on any machine with Node 20 or later and npm: installs the locked dependencies, brings Node 24 where the
 * machine's own is older, compiles what has changed, and hands over. Uses Node's built-in modules alone, since nothing else may be there yet.
 *
 * Usage: node tools/run.mjs <start|stop|clean|test|delge|docs> [arguments]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const NEEDED_NODE = 24;
const TASKS = {
  start: 'tools/start.js',
  stop: 'tools/stop.js',
  clean: 'tools/clean.js',
  test: 'tools/test.js',
  docs: 'tools/docs/main.js',
  delge: 'apps/cli/src/main.js',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const major = Number(process.versions.node.split('.')[0]);

const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/** Runs a command to its end; what it prints is shown when it fails. */
const run = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}\n${Buffer.concat(output)}`)),
    );
  });

/** Shows what is going on and for how many seconds. */
const step = async (name, work) => {
  const begun = Date.now();
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  const terminal = process.stderr.isTTY === true;
  const timer = terminal ? setInterval(() => process.stderr.write(`\r\x1b[K  ${name} … ${seconds()}`), 100) : undefined;
  try {
    await work();
  } finally {
    clearInterval(timer);
    if (terminal) process.stderr.write('\r\x1b[K');
  }
  process.stderr.write(`  ${name} ${seconds()}\n`);
};

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The locked dependencies, once for each lock file. */
const install = async () => {
  const stamp = join(root, 'node_modules/.delge-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (read(stamp) === lock) return;
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  await step('Dependencies', () => run(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error']));
  writeFileSync(stamp, lock);
};

/** @returns path of a Node that runs the product */
const node24 = () => {
  if (major >= NEEDED_NODE) return process.execPath;
  const brought = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(brought)) return brought;
  return fail(
    `Delge runs on Node ${NEEDED_NODE}; this is ${process.versions.node}, and npm has none for this machine. Install Node ${NEEDED_NODE}.`,
  );
};

const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    const time = entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    return Math.max(latest, time);
  }, statSync(folder).mtimeMs);

/** Compiles, unless nothing has changed since it was done. */
const build = async (node) => {
  const stamp = join(root, 'dist/.built');
  const sources = ['apps', 'libs', 'tools', 'bench', 'test'].map((name) => join(root, name)).filter(existsSync);
  const changed = Math.max(...sources.map(newest), statSync(join(root, 'tsconfig.json')).mtimeMs);
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= changed) return;
  const begun = new Date();
  await step('Compile', async () => {
    rmSync(stamp, { force: true });
    await run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root]);
  });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  // What was saved while the compiler ran is compiled the next time.
  utimesSync(stamp, begun, begun);
};

const [task = '', ...args] = process.argv.slice(2);
const file = TASKS[task];
if (major < OLDEST_NODE)
  fail(`Delge needs Node ${OLDEST_NODE} or later to set itself up; this is ${process.versions.node}.`);
if (file === undefined) fail(`usage: node tools/run.mjs <${Object.keys(TASKS).join('|')}> [arguments]`);
let node = process.execPath;
try {
  await install();
  node = node24();
  await build(node);
} catch (error) {
  fail(error.message);
}
const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(':');
const child = spawn(node, ['--enable-source-maps', join(root, 'dist', file), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: path, DELGE_ROOT: root },
});
// The tool itself decides how it ends; a terminal's Ctrl-C reaches it without our help.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
