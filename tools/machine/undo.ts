import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Instance } from './instance.js';

const FILE = 'undo.json';
type Command = readonly string[];

/** Keeps commands that take back what is about to be done to the machine itself (hosts, mounts), so that another process can run them. */
export const keepUndo = (instance: Instance, commands: readonly Command[]): void => {
  writeFileSync(instance.path(FILE), JSON.stringify([...kept(instance), ...commands]), { mode: 0o600 });
};

/** Takes back what is left, last done first; what is not there any more is passed by. */
export const undo = (instance: Instance): void => {
  for (const [command = '', ...args] of kept(instance).toReversed()) spawnSync(command, args, { stdio: 'ignore' });
  rmSync(instance.path(FILE), { force: true });
};

const kept = (instance: Instance): readonly Command[] => {
  const file = instance.path(FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Command[]) : [];
};
