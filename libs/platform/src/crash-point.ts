import { writeSync } from 'node:fs';

/** A named place at which a fault test lets the process die as by power loss. Without the name set, it does nothing. */
export type CrashPoint = (name: string) => void;

/** @param crashAt the one name at which to die, telling it on standard error first; absent in every real deployment */
export const crashPoint =
  (crashAt: string | undefined): CrashPoint =>
  (name) => {
    if (crashAt !== name) return;
    writeSync(2, `crash point ${name}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
