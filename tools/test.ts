import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTS, withFigures } from './docs/faults-page.js';
import { TEMPLATE, deployTemplate } from './deploy/databases.js';
import { SERVER_STEPS, startServers } from './deploy/servers.js';
import type { Servers } from './deploy/servers.js';
import { STACK_STEPS, Stack, sharedStack } from './deploy/stack.js';
import { findChromium } from './machine/chromium.js';
import { Instance } from './machine/instance.js';
import { findPostgres, startPostgres } from './machine/postgres.js';
import { Processes, stopLeftover } from './machine/processes.js';
import { Progress } from './machine/progress.js';
import { undo } from './machine/undo.js';
import { readDirectory } from './sandbox/directory.js';
import { writeVerifier } from './verifier/build.js';

/**
 * Runs the tests: `npm test` all of them, `npm test -- unit`, `integration`, `e2e`, `browser` or `faults` one kind, each followed by
 * parts of paths and jest's own options (`--name=value`) if one likes; `faults --quick` is what CI runs. All but the unit tests run against a real PostgreSQL and a real RabbitMQ; e2e and browser tests
 * against a whole Delge that they share, one for each worker, fault tests against Delges of their own.
 */
const KINDS = {
  unit: ['\\.(unit-)?spec\\.ts$'],
  integration: ['\\.integration-spec\\.ts$'],
  e2e: ['\\.e2e-spec\\.ts$'],
  faults: ['\\.faults-spec\\.ts$'],
  browser: ['\\.browser-spec\\.ts$'],
} as const;
type Kind = keyof typeof KINDS;
const USUAL: readonly Kind[] = ['unit', 'integration', 'e2e'];

const [asked = '', ...rest] = process.argv.slice(2);
const isKind = (text: string): text is Kind => text in KINDS;
const kinds = isKind(asked) ? [asked] : USUAL;
const words = (isKind(asked) ? rest : process.argv.slice(2)).filter((word) => word !== '--quick');
const quick = process.argv.includes('--quick');
/** Words are parts of paths, all else is jest's own. */
const [paths, args] = [words.filter((word) => !word.startsWith('-')), words.filter((word) => word.startsWith('-'))];
const root = process.env['DELGE_ROOT'] ?? process.cwd();

const instance = Instance.open('test');
/** What a spec that was broken off could not stop, on servers of its own too. */
const leaveNothing = async (): Promise<void> => {
  const own = readdirSync(join(root, '.delge')).filter((name) => name === 'test' || name.startsWith('test-'));
  for (const one of own.map((name) => Instance.open(name, root))) {
    await stopLeftover(one);
    undo(one);
  }
};
await leaveNothing();
const processes = new Processes(instance);
const second = Instance.open('test-second');
const processesOfSecond = new Processes(instance, 'second');
const stacks: Stack[] = [];
const stop = async (): Promise<void> => {
  await Promise.all(stacks.map((stack) => stack.stopAll()));
  await Promise.all([processes.stopAll(), processesOfSecond.stopAll()]);
  await leaveNothing();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop().then(() => process.exit(130)));
}

const results = instance.path('faults.jsonl');
rmSync(results, { force: true });
process.env['DELGE_FAULT_RESULTS'] = results;
// Hundreds of starts of services and commands: what the engine has compiled once is kept for the next.
process.env['NODE_COMPILE_CACHE'] = instance.path('compiled');
if (quick) process.env['DELGE_QUICK'] = 'true';

/** What was measured, into the page that tells of it. */
const tellFigures = (): void => {
  const page = join(root, FAULTS);
  const script = process.env['npm_lifecycle_event'] ?? 'test:faults';
  // Of other scripts they stand in package.json.
  const given = script === 'test:faults' ? rest : [];
  const size = script === 'test:faults' ? process.env['DELGE_REFERRALS'] : undefined;
  const run = [
    ...(size === undefined ? [] : [`DELGE_REFERRALS=${size}`]),
    `npm run ${script}`,
    ...(given.length === 0 ? [] : ['--', ...given]),
  ].join(' ');
  writeFileSync(page, withFigures(readFileSync(page, 'utf8'), results, run));
};

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}
const reports = process.env['DELGE_TEST_REPORTS'] ?? instance.path('reports');
mkdirSync(reports, { recursive: true });
const counted = (): string => {
  const all = kinds.map((kind) => JSON.parse(readFileSync(join(reports, `${kind}.json`), 'utf8')) as Report);
  const sum = (of: (report: Report) => number): number => all.reduce((total, report) => total + of(report), 0);
  const failed = sum((report) => report.numFailedTests + report.numRuntimeErrorTestSuites);
  return `${sum(({ numPassedTests }) => numPassedTests)} passed, ${failed} failed`;
};

/**
 * Specs that run at the same time. What a full run of faults measures is measured alone; all others have databases or a stack of their own, or
 * share a stack with those that run before and after them. Specs that are asked for by name are few, and done before a second server or stack has started.
 */
const sideBySide = (kind: Kind): number => {
  if (kind === 'unit') return 2;
  if (kind === 'faults') return quick ? 2 : 1;
  const shares = kind === 'e2e' || kind === 'browser';
  return paths.length > 0 || process.env['DATABASE_URL'] !== undefined || shares ? 1 : 2;
};

/**
 * PostgreSQL by worker. Events are told once every older transaction of the server has ended, those of other specs too, and a server takes so
 * many connections: so each worker has one of its own.
 */
const startDatabases = async ({ postgres }: Servers): Promise<readonly string[]> => {
  const most = Math.max(...kinds.filter((kind) => kind !== 'unit' && kind !== 'faults').map(sideBySide), 1);
  // It writes into the log of the first, where specs look for what must not be told.
  const all =
    most === 1 ? [postgres] : [postgres, await startPostgres(second, processesOfSecond, await findPostgres())];
  process.env['DELGE_TEST_POSTGRES'] = JSON.stringify(all);
  await Promise.all(all.map((url) => deployTemplate(instance, url)));
  return all;
};

/** The stacks that e2e and browser specs share, one for each of jest's workers. Made anew each time: an earlier run's rules and rows are no part of this one. */
const startShared = async (servers: Servers, databases: readonly string[]): Promise<void> => {
  const directory = readDirectory(join(root, 'examples/sandbox-directory.yaml'));
  // Statements that will never fit are forged there, and are to be told soon.
  const webhooks = { WEBHOOK_TARGETS: 'http://127.0.0.1:9' };
  const gateways = { 'gateway-kommunerna': webhooks, 'gateway-myndigheterna': webhooks };
  const variables = { exchange: { EARLY_MS: '2000' }, ...gateways };
  const own = databases.slice(0, sideBySide('e2e'));
  const progress = new Progress(STACK_STEPS * own.length);
  await Promise.all(
    own.map(async (postgres, at) => {
      const name = sharedStack(at + 1);
      const given = { instance, processes, directory, variables, template: TEMPLATE };
      const options = { ...given, servers: { ...servers, postgres }, name, dir: instance.path(name) };
      await Stack.remove(options);
      stacks.push(await Stack.start(options, progress));
    }),
  );
};

/** @returns exit code */
const jest = (kind: Kind): Promise<number> =>
  new Promise((resolve, reject) => {
    const output = ['--json', `--outputFile=${join(reports, `${kind}.json`)}`];
    rmSync(join(reports, `${kind}.json`), { force: true });
    const workers = [`--maxWorkers=${sideBySide(kind)}`];
    const order =
      kind === 'faults' || kind === 'e2e' ? [`--testSequencer=${join(root, 'tools/longest-first.mjs')}`] : [];
    const command = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')];
    const patterns = KINDS[kind].flatMap((pattern) =>
      paths.length === 0 ? [pattern] : paths.map((path) => `${path}.*${pattern}`),
    );
    const none = paths.length === 0 ? [] : ['--passWithNoTests'];
    const argv = [...command, ...workers, ...order, ...output, ...none, ...args, '--testPathPatterns', ...patterns];
    const child = spawn(process.execPath, argv, { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });

try {
  let failed = 0;
  let servers: Servers | undefined;
  let databases: readonly string[] = [];
  for (const kind of kinds) {
    if (kind === 'browser') {
      process.env['CHROMIUM_PATH'] = await findChromium();
      await writeVerifier(root);
    }
    if (kind !== 'unit' && servers === undefined) {
      servers = await startServers(instance, processes, new Progress(SERVER_STEPS));
      process.env['DELGE_TEST_SERVERS'] = JSON.stringify(servers);
      databases = await startDatabases(servers);
    }
    if (servers !== undefined && (kind === 'e2e' || kind === 'browser')) await startShared(servers, databases);
    process.stdout.write(`\n${kind} tests\n`);
    if ((await jest(kind)) !== 0) failed += 1;
  }
  // A quick run tells that all holds; its figures are of small numbers.
  if (failed === 0 && asked === 'faults' && !quick) tellFigures();
  await stop();
  process.stdout.write(`${counted()}\n`);
  process.exit(failed === 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  await stop();
  process.exit(1);
}
