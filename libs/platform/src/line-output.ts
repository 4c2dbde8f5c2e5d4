import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** How long a reader that takes no more is waited for in a second, before lines are lost: the process does nothing else meanwhile. */
const PATIENCE_MS = 200;
const SECOND_MS = 1000;
const PAUSE_MS = 10;

/** Of all outputs of this process. */
const waits = { since: -Infinity, ms: 0 };
const mayWait = (): boolean => {
  const now = performance.now();
  if (now - waits.since >= SECOND_MS) Object.assign(waits, { since: now, ms: 0 });
  return waits.ms < PATIENCE_MS;
};

/**
 * The same pipe, opened so that a write to it waits for nobody: whoever started the process may have given it one at which a write waits for its reader, for ever. What is no pipe is
 * left as it is, and so is a pipe that may not be opened.
 */
export const withoutWaiting = (fd: number): number => {
  try {
    return fstatSync(fd).isFIFO() ? openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK) : fd;
  } catch {
    return fd;
  }
};

/**
 * Lines to a file descriptor. One that cannot be written, as to a full disk, is lost and counted: neither the work that it tells of nor the
 * process ends for it. Each line tries anew. (pino's own output throws at whoever logs, and waits for room for ever when the process ends.)
 */
export class LineOutput {
  /** Of a line that found room for its beginning: lines stay whole. */
  private rest: Buffer = Buffer.alloc(0);
  private lost = 0;
  private telling = false;

  /** @param regained told how many lines were lost, when one has gone through again */
  constructor(
    private readonly fd: number,
    private readonly regained: (lost: number) => void,
  ) {}

  write(line: string): void {
    this.rest = this.put(this.rest);
    const bytes = Buffer.from(line);
    const left = this.rest.length > 0 ? bytes : this.put(bytes);
    if (left.length === bytes.length) {
      this.lost += 1;
      return;
    }
    this.rest = left;
    if (this.lost === 0 || left.length > 0 || this.telling) return;
    const { lost } = this;
    this.telling = true;
    this.regained(lost);
    this.telling = false;
    // Unless what tells it was lost too: it is told with the next.
    if (this.lost === lost) this.lost = 0;
  }

  /** @returns what could not be written */
  private put(bytes: Buffer): Buffer {
    let left = bytes;
    while (left.length > 0) {
      try {
        left = left.subarray(writeSync(this.fd, left));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || this.lost > 0 || !mayWait()) return left;
        waits.ms += PAUSE_MS;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      }
    }
    return left;
  }
}
