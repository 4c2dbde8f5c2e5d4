import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const CLI = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'dist/apps/cli/src/main.js');

export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
/** Runs `delge` with these arguments. */
export const cli = (...args: readonly string[]): Promise<Told> =>
  new Promise((done) =>
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  );
