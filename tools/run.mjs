/**
 * Runs one of the repository's tools on any machine with Node 20 or later and npm: installs the locked dependencies, brings Node 24 where the
 * machine's own is older, compiles what has changed, and hands over. Uses Node's built-in modules alone, since nothing else may be there yet.
 *
 * Usage: node tools/run.mjs <start|stop|clean|test|delge|docs|lint-api|rules|mutants|tamper|rebuild-console|verifier|first-hour|bench|social-services|agency> [arguments]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const NEEDED_NODE = 24;
const TASKS = {
  start: 'tools/start.js',
  stop: 'tools/stop.js',
  clean: 'tools/clean.js',
  test: 'tools/test.js',
  docs: 'tools/docs/main.js',
  'lint-api': 'tools/api/lint.js',
  rules: 'tools/compile-rules.js',
  mutants: 'tools/mutants.js',
  tamper: 'tools/demo/tamper.js',
  'rebuild-console': 'tools/rebuild-console.js',
  verifier: 'tools/verifier.js',
  'first-hour': 'tools/first-hour.js',
  bench: 'bench/main.js',
  delge: 'apps/cli/src/main.js',
  'social-services': 'examples/systems/social-services.js',
  agency: 'examples/systems/agency.js',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const major = Number(process.versions.node.split('.')[0]);

const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/** npm takes a signal and goes on for a minute. It begins anew the next time, so nothing is lost when it is killed. */
const end = (running) => {
  running.kill('SIGTERM');
  setTimeout(() => running.kill('SIGKILL'), 2_000).unref();
};

/** What runs now on our behalf, and the signal that ends us. */
let child;
let ending;

/** Runs a command to its end; what it prints is shown when it fails. */
const run = (command, args) =>
  new Promise((resolve, reject) => {
    if (ending !== undefined) return reject(new Error('ended'));
    child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}\n${Buffer.concat(output)}`)),
    );
  });

const exists = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Lets one command at a time set this clone up: two would install and compile over each other. */
const alone = async (work) => {
  const lock = join(root, '.delge-setup');
  const own = `${lock}.${process.pid}`;
  const begun = Date.now();
  for (let told = false; !taken(own, lock); await delay(50)) {
    const holder = Number(read(lock));
    if (holder > 0 && !exists(holder)) rmSync(lock, { force: true });
    else if (!told && Date.now() - begun > 1_000) {
      process.stderr.write(`  process ${holder} sets this clone up; waiting for it\n`);
      told = true;
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
};

/** Makes the lock with its holder's pid already in it. @returns false when another holds it */
const taken = (own, lock) => {
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
};

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

const installStamp = join(root, 'node_modules/.delge-lock');
const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
const isInstalled = () => read(installStamp) === lockDigest();

/** The locked dependencies, once for each lock file. */
const install = async () => {
  if (isInstalled()) return;
  const lock = lockDigest();
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  await step('Dependencies', () => run(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error']));
  writeFileSync(installStamp, lock);
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

const buildStamp = join(root, 'dist/.built');
const isBuilt = () => {
  const sources = ['apps', 'libs', 'tools', 'bench', 'test', 'examples']
    .map((name) => join(root, name))
    .filter(existsSync);
  const changed = Math.max(...sources.map(newest), statSync(join(root, 'tsconfig.json')).mtimeMs);
  return existsSync(buildStamp) && statSync(buildStamp).mtimeMs >= changed;
};

/** Compiles, unless nothing has changed since it was done. */
const build = async (node) => {
  if (isBuilt()) return;
  const begun = new Date();
  await step('Compile', async () => {
    rmSync(buildStamp, { force: true });
    await run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root]);
  });
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, '');
  // What was saved while the compiler ran is compiled the next time.
  utimesSync(buildStamp, begun, begun);
};

const [task = '', ...args] = process.argv.slice(2);
const file = TASKS[task];
if (major < OLDEST_NODE)
  fail(`Delge needs Node ${OLDEST_NODE} or later to set itself up; this is ${process.versions.node}.`);
if (file === undefined) fail(`usage: node tools/run.mjs <${Object.keys(TASKS).join('|')}> [arguments]`);
let node = process.execPath;
let preparing = true;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    ending ??= signal;
    if (child === undefined) process.exit(128 + constants.signals[signal]);
    // The tool itself decides how it ends; a terminal's Ctrl-C reaches it without our help.
    if (preparing) end(child);
    else if (signal !== 'SIGINT') child.kill(signal);
  });
}
try {
  if (!isInstalled() || !isBuilt()) {
    await alone(async () => {
      await install();
      await build(node24());
    });
  }
  node = node24();
} catch (error) {
  if (ending === undefined) fail(error.message);
}
if (ending !== undefined) process.exit(128 + constants.signals[ending]);
preparing = false;
const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(':');
child = spawn(node, ['--enable-source-maps', join(root, 'dist', file), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: path, DELGE_ROOT: root },
});
child.on('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
