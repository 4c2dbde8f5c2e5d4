import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseStrict } from '#json';
import { LOGS } from './alarm.js';
import type { Alarm, LogName } from './alarm.js';
import type { Pinned } from './watched-log.js';
import type { PinnedLogs } from './watcher.js';

/** A file that is whole or as it was before, whenever the power goes. */
export const writeWhole = (file: string, text: string): void => {
  writeFileSync(`${file}.new`, text, { mode: 0o644, flush: true });
  renameSync(`${file}.new`, file);
};

/** What the watcher has seen: its own memory, that nobody it watches can reach. */
export class StateFile {
  private written = '';

  constructor(
    private readonly file: string,
    private readonly environment: string,
  ) {}

  /** @returns undefined when there is none yet @throws {Error} when it is not one, or of another environment */
  read(): PinnedLogs | undefined {
    if (!existsSync(this.file)) return undefined;
    const state = parseStrict(readFileSync(this.file)) as unknown as {
      readonly v?: number;
      readonly environment?: string;
      readonly logs?: Readonly<
        Partial<Record<LogName, { readonly size: string; readonly root: string; readonly note: string }>>
      >;
    };
    if (state.v !== 1 || state.logs === undefined) throw new Error(`${this.file} is no state of delge watch`);
    if (state.environment !== this.environment) throw new Error(`${this.file} is of another environment`);
    const logs: Partial<Record<LogName, Pinned>> = {};
    for (const name of LOGS) {
      const pinned = state.logs[name];
      if (pinned === undefined) continue;
      const root = Buffer.from(pinned.root, 'base64');
      if (!/^[0-9]{1,19}$/.test(pinned.size) || root.length !== 32)
        throw new Error(`${this.file} is no state of delge watch`);
      logs[name] = { size: BigInt(pinned.size), root, note: pinned.note };
    }
    return logs;
  }

  write(pinned: PinnedLogs): void {
    const logs = Object.fromEntries(
      Object.entries(pinned).map(([name, { size, root, note }]) => [
        name,
        { size: size.toString(), root: Buffer.from(root).toString('base64'), note },
      ]),
    );
    const text = `${JSON.stringify({ v: 1, environment: this.environment, logs }, undefined, 2)}\n`;
    if (text !== this.written) writeWhole(this.file, text);
    this.written = text;
  }

  /** Keeps both notes beside the state, under a name of their own. @returns the file; undefined when there was nothing to keep */
  keep({ kind, log, code, evidence }: Alarm, now: Date): string | undefined {
    if (evidence === undefined) return undefined;
    const [, size = ''] = evidence.shown.split('\n');
    const file = `${this.file}.${kind}-${log}-${code.toLowerCase()}-${size}.json`;
    if (!existsSync(file)) {
      writeWhole(file, `${JSON.stringify({ at: now.toISOString(), log, code, ...evidence }, undefined, 2)}\n`);
    }
    return file;
  }
}
