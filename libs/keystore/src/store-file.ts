import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { contentBytes, parseContent } from './content.js';
import type { KeyStoreContent } from './content.js';
import { KeyStoreError } from './errors.js';
import { openSealedFile, openSealedFileSync, randomSecret, sealFile } from './sealed-file.js';

/** Where a key store lies, and the passphrase or secret that opens it. */
export interface KeyStorePlace {
  readonly file: string;
  /** Its octets but for one line feed at the end: a passphrase, or what a credential store hands out. */
  readonly secretFile: string;
}

const LEAST_SECRET = 16;
const STORE_MODE = 0o077;
// A credential store may give it to the service's group.
const SECRET_MODE = 0o027;

async function read(file: string, forbidden: number): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY).catch((cause: unknown) => {
    throw new KeyStoreError('NOT_FOUND', file, { cause });
  });
  try {
    if (((await handle.stat()).mode & forbidden) !== 0) throw new KeyStoreError('OPEN_TO_OTHERS', file);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function readSync(file: string, forbidden: number): Buffer {
  if (!existsSync(file)) throw new KeyStoreError('NOT_FOUND', file);
  if ((statSync(file).mode & forbidden) !== 0) throw new KeyStoreError('OPEN_TO_OTHERS', file);
  return readFileSync(file);
}

const secretOf = (bytes: Buffer, file: string): Buffer => {
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? 2 : 1) : 0;
  const secret = bytes.subarray(0, bytes.length - end);
  if (secret.length < LEAST_SECRET) throw new KeyStoreError('WEAK_SECRET', file);
  return secret;
};

const named = (file: string, error: unknown): unknown =>
  error instanceof KeyStoreError && error.about === undefined
    ? new KeyStoreError(error.code, file, { cause: error })
    : error;

/** @throws {KeyStoreError} */
export async function readKeyStore({ file, secretFile }: KeyStorePlace): Promise<KeyStoreContent> {
  const secret = secretOf(await read(secretFile, SECRET_MODE), secretFile);
  try {
    return parseContent(await openSealedFile(await read(file, STORE_MODE), secret));
  } catch (error) {
    throw named(file, error);
  }
}

/** As `readKeyStore`, at once: for the command line and tools. */
export function readKeyStoreSync({ file, secretFile }: KeyStorePlace): KeyStoreContent {
  const secret = secretOf(readSync(secretFile, SECRET_MODE), secretFile);
  try {
    return parseContent(openSealedFileSync(readSync(file, STORE_MODE), secret));
  } catch (error) {
    throw named(file, error);
  }
}

/** Makes a secret of 32 random octets, unless the file is there. */
export function makeSecret(file: string): void {
  if (existsSync(file)) return;
  writeFileSync(file, `${randomSecret()}\n`, { mode: 0o600, flag: 'wx' });
}

/** Writes a new store, and never over one. @throws {KeyStoreError} ALREADY_THERE */
export const createKeyStore = (place: KeyStorePlace, content: KeyStoreContent): Promise<void> =>
  replace(place, async () => {
    if (existsSync(place.file)) throw new KeyStoreError('ALREADY_THERE', place.file);
    return content;
  });

/** Reads, changes and writes: one at a time, and a crash leaves the old store or the new one, whole. @throws {KeyStoreError} */
export async function changeKeyStore<T>(
  place: KeyStorePlace,
  change: (content: KeyStoreContent) => Promise<{ readonly content: KeyStoreContent; readonly result: T }>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  await replace(place, async () => {
    const changed = await change(await readKeyStore(place));
    result = { value: changed.result };
    return changed.content;
  });
  return (result as { readonly value: T }).value;
}

async function replace({ file, secretFile }: KeyStorePlace, make: () => Promise<KeyStoreContent>): Promise<void> {
  const fresh = `${file}.new`;
  // Made first and only here, so that it is the lock too.
  const handle = openFresh(fresh);
  try {
    const content = await make();
    const secret = secretOf(await read(secretFile, SECRET_MODE), secretFile);
    try {
      writeSync(handle, sealFile(contentBytes(content), secret));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

const openFresh = (file: string): number => {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (cause) {
    const busy = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw busy ? new KeyStoreError('BUSY', file, { cause }) : cause;
  }
};
