import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sent } from './load.js';

const POLL_MS = 100;

/** When each step of one message was committed, by the service that did it. Milliseconds since 1970. */
export interface Journey extends Sent {
  decided?: number;
  delivered?: number;
  receipted?: number;
}
type Step = 'decided' | 'delivered' | 'receipted';

/** The lines that the services write when a step is committed. */
const steps: readonly (readonly [string, Step])[] = [
  ['"event":"message.decided"', 'decided'],
  ['"event":"delivery.received"', 'delivered'],
  ['"code":"receipt-recorded","event":"outcome.recorded"', 'receipted'],
];
const TIME = '"time":"';
const ID = '"messageId":"';

/** Follows messages by the services' own logs: what is written after a commit says when it was, and asking for it costs no service anything. */
export class Journeys {
  private readonly known = new Map<string, Journey>();
  private readonly files: { readonly fd: number; at: number; rest: string }[];
  private done = 0;

  /** @param files logs of the gateways and the exchange; what stands in them already is passed by */
  constructor(files: readonly string[]) {
    this.files = files.map((file) => {
      const fd = openSync(file, 'r');
      return { fd, at: fstatSync(fd).size, rest: '' };
    });
  }

  readonly add = (sent: Sent): void => void this.known.set(sent.messageId, sent);

  readonly isUnderWay = ({ accepted, receipted }: Journey): boolean =>
    accepted !== undefined && receipted === undefined;

  /** Of those added, how many have come back with their receipt. */
  receipted(): number {
    this.read();
    return this.done;
  }

  /** @returns whether all that were accepted have come back */
  async settled(all: readonly Sent[], ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    for (;;) {
      this.read();
      if (!all.some(this.isUnderWay)) return true;
      if (Date.now() > deadline) return false;
      await delay(POLL_MS);
    }
  }

  close(): void {
    for (const { fd } of this.files) closeSync(fd);
  }

  private read(): void {
    for (const file of this.files) {
      const size = fstatSync(file.fd).size;
      if (size === file.at) continue;
      const bytes = Buffer.alloc(size - file.at);
      file.at += readSync(file.fd, bytes, 0, bytes.length, file.at);
      const lines = (file.rest + bytes.toString('latin1')).split('\n');
      file.rest = lines.pop() ?? '';
      for (const line of lines) this.line(line);
    }
  }

  private line(line: string): void {
    const step = steps.find(([marker]) => line.includes(marker))?.[1];
    if (step === undefined) return;
    const journey = this.known.get(after(line, ID, 36));
    if (journey === undefined || journey[step] !== undefined) return;
    journey[step] = Date.parse(after(line, TIME, 24));
    if (step === 'receipted') this.done += 1;
  }
}

const after = (line: string, marker: string, length: number): string => {
  const begin = line.indexOf(marker) + marker.length;
  return line.slice(begin, begin + length);
};
