import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SnapshotError, parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';

/** A path that was given on the command line: below the checkout unless it is absolute. */
export const rootPath = (path: string): string => resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path);
/** @throws when it is not there */
export const existing = (path: string): string => {
  const found = rootPath(path);
  if (!existsSync(found)) throw new Error(`there is no ${path}`);
  return found;
};

/** @throws when it is no trust.json */
export const trustOf = async (path: string): Promise<{ readonly text: string; readonly trust: Trust }> => {
  const text = readFileSync(existing(path), 'utf8');
  try {
    return { text, trust: await parseTrust(text) };
  } catch (error) {
    if (error instanceof SnapshotError) throw new Error(`${path} is no trust.json`, { cause: error });
    throw error;
  }
};
