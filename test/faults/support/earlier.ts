import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brokerAccounts } from '../../../tools/deploy/broker.js';
import { databaseUrls } from '../../../tools/deploy/databases.js';
import type { Release } from '../../../tools/deploy/stack.js';
import type { Instance } from '../../../tools/machine/instance.js';

/**
 * What is in place where the present version is about to be put. Move it when a version has been put in place: to that version's commit, in the change that begins the
 * next one. Until then it stays, however much is changed, since whoever upgrades comes from there.
 */
export const EARLIER = 'bdf00d477baba10107078aefd790f6eefff9ae4b';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const FOLDER = join(ROOT, '.delge/earlier', EARLIER);
const run = promisify(execFile);

/** Why the earlier version cannot be had here: an archive without a history, or a shallow one. */
export const withoutEarlier = (): string | undefined => {
  if (existsSync(FOLDER)) return undefined;
  try {
    execFileSync('git', ['-C', ROOT, 'cat-file', '-e', `${EARLIER}^{commit}`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `git has no commit ${EARLIER} here; clone the repository with its whole history`;
  }
};

/** The earlier version out of the history, with its own locked dependencies, compiled: once, and kept for the next run. */
export const earlierRelease = async (): Promise<Release> => {
  if (!existsSync(FOLDER)) await extract();
  shareModules();
  // Installs and compiles what is missing, as for whoever has just cloned it, and hands over to a command that finds nothing to do.
  await run(process.execPath, [join(FOLDER, 'tools/run.mjs'), 'stop']);
  return {
    root: FOLDER,
    databases: async (instance, ...given) => {
      await step(instance, 'databases.js', 'deployDatabases', given);
      return databaseUrls(instance, ...given);
    },
    broker: async (instance, ...given) => {
      await step(instance, 'broker.js', 'deployBroker', given);
      return brokerAccounts(instance, ...given);
    },
  };
};

const extract = async (): Promise<void> => {
  const draft = join(dirname(FOLDER), 'draft');
  // Also those of before that are not asked for any more.
  rmSync(dirname(FOLDER), { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await run('git', ['-C', ROOT, 'archive', '--format=tar', `--output=${draft}.tar`, EARLIER]);
  await run('tar', ['-xf', `${draft}.tar`, '-C', draft]);
  rmSync(`${draft}.tar`);
  renameSync(draft, FOLDER);
};

/** Takes this checkout's dependencies where they are locked the same. Never where they are not: they would be installed anew behind the link, over this checkout's own. */
const shareModules = (): void => {
  const modules = join(FOLDER, 'node_modules');
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(modules);
  const installed = join(ROOT, 'node_modules/.delge-lock');
  const locked = createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  if (existsSync(modules) || !existsSync(installed) || readFileSync(installed, 'utf8') !== locked) return;
  symlinkSync(join(ROOT, 'node_modules'), modules);
};

/** A part of its deploy step, in a process of its own: its modules go by the same names as ours. */
const STEP = `
  const { name, root, file, step, given } = JSON.parse(process.env.DELGE_STEP);
  const { Instance } = await import('./dist/tools/machine/instance.js');
  const deploy = await import('./dist/tools/deploy/' + file);
  await deploy[step](Instance.open(name, root), ...given);`;

const step = async ({ name, root }: Instance, file: string, of: string, given: readonly unknown[]): Promise<void> => {
  const env = { ...process.env, DELGE_STEP: JSON.stringify({ name, root, file, step: of, given }) };
  await run(process.execPath, ['--input-type=module', '--eval', STEP], { cwd: FOLDER, env });
};
