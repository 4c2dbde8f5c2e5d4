import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalize, parseStrict } from '#json';
import type { CompactRange } from '#tlog/build';
import { SignerRefusal } from '../domain/errors.js';
import { StateLock } from './state-lock.js';

/** What has been signed last. */
export interface SignedState {
  readonly range: CompactRange;
  /** Signed note. */
  readonly note: string;
}
interface StateText {
  readonly v: 1;
  readonly origin: string;
  readonly size: string;
  /** Base64. */
  readonly hashes: readonly string[];
  readonly note: string;
}

/**
 * The signer's memory of one log, outside the database that it watches over. Written whole, synced, and put in place by a rename, so that a
 * crash leaves the old state or the new one.
 */
export class StateFile {
  /** Two signers that remember in one file would each forget what the other signed. */
  readonly lock: StateLock;

  constructor(
    private readonly file: string,
    private readonly origin: string,
    private readonly crash: (point: string) => void = () => undefined,
  ) {
    this.lock = new StateLock(`${file}.lock`);
  }

  /** @returns undefined when there is none @throws {SignerRefusal} STATE_CORRUPT */
  async read(): Promise<SignedState | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const { v, origin, size, hashes, note } = parseStrict(bytes) as unknown as StateText;
      const range = { size: BigInt(size), hashes: hashes.map((hash) => Buffer.from(hash, 'base64')) };
      const whole = v === 1 && origin === this.origin && range.hashes.every(({ length }) => length === 32);
      if (!whole || ones(range.size) !== hashes.length) throw new SignerRefusal('STATE_CORRUPT');
      return { range, note };
    } catch {
      throw new SignerRefusal('STATE_CORRUPT');
    }
  }

  /** Durable when it returns. */
  async write({ range, note }: SignedState): Promise<void> {
    const text: StateText = {
      v: 1,
      origin: this.origin,
      size: range.size.toString(),
      hashes: range.hashes.map((hash) => Buffer.from(hash).toString('base64')),
      note,
    };
    const fresh = `${this.file}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(canonicalize(text));
      this.crash('signer.state.written');
      await file.sync();
    } finally {
      await file.close();
    }
    this.crash('signer.state.synced');
    await rename(fresh, this.file);
    this.crash('signer.state.renamed');
    const folder = await open(dirname(this.file), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

const ones = (value: bigint): number => value.toString(2).replaceAll('0', '').length;
