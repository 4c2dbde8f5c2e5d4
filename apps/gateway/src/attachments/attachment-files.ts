import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import type { Dirent } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { canonicalBytes } from '#json';
import { decryptChunks, encryptChunks } from '#envelope';

const PIECE = 256 * 1024;
/** The disk is full, broken, gone or not ours: nothing that was asked of it was wrong. */
const OF_THE_DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EMFILE', 'ENFILE']);
export const isDiskFailure = (error: unknown): boolean => {
  const { code, syscall } = (error ?? {}) as { readonly code?: unknown; readonly syscall?: unknown };
  // To have no descriptor for a connection is no fault of the disk.
  return OF_THE_DISK.has(String(code)) && syscall !== 'connect';
};

/** A key that an upload lies encrypted under, and what it is the upload of. */
export interface UploadKey {
  readonly authority: string;
  readonly id: string;
  /** 32 random octets. */
  readonly key: Uint8Array;
}
/** A received attachment. */
export interface ReceivedFile {
  readonly authority: string;
  readonly messageId: string;
  /** Of the message; absent: the first. What one attempt brings never takes the place of another's. */
  readonly attempt?: number;
  readonly id: string;
}

/**
 * Attachments on disk, never in the clear: uploads in parts, each encrypted by itself, so that none is ever written over in the middle; received
 * ones as they came, under the key that stands in their document.
 */
export class AttachmentFiles {
  constructor(
    private readonly dir: string,
    private readonly random: (size: number) => Uint8Array,
  ) {}

  /** @param reserveBytes of the disk that nothing new takes @returns undefined when there is room and it can be written */
  async fault(reserveBytes: number): Promise<'full' | 'not-writable' | undefined> {
    try {
      await mkdir(this.dir, { recursive: true, mode: 0o700 });
      await access(this.dir, constants.W_OK | constants.X_OK);
      const { bavail, bsize } = await statfs(this.dir);
      return bavail * bsize < reserveBytes ? 'full' : undefined;
    } catch (error) {
      if (isDiskFailure(error)) return 'not-writable';
      throw error;
    }
  }

  /** Durable when it returns. */
  async putPart(upload: UploadKey, part: number, octets: Uint8Array): Promise<void> {
    const folder = this.sent(upload);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, String(part));
    const { key } = upload;
    const coming = `${path}.${randomUUID()}.new`;
    const sealed = encryptChunks(Readable.from([octets]), {
      key,
      context: partContext(upload, part),
      salt: this.random(24),
    });
    await pipeline(sealed, createWriteStream(coming, { mode: 0o600, flush: true }));
    await rename(coming, path);
    await synced(folder);
  }

  /** The plaintext of an upload, part after part. @throws {EnvelopeError} NOT_OPENED when a part is not what was written */
  async *plaintext(upload: UploadKey, parts: number): AsyncGenerator<Buffer> {
    for (let part = 0; part < parts; part += 1) {
      const source = createReadStream(join(this.sent(upload), String(part)), { highWaterMark: PIECE });
      yield* decryptChunks(source, { key: upload.key, context: partContext(upload, part) });
    }
  }

  async dropUpload(authority: string, id: string): Promise<void> {
    await rm(this.sent({ authority, id }), { recursive: true, force: true });
  }

  /** Octets of the ciphertext that are here; `kept` when it was found to be right. */
  async received(file: ReceivedFile): Promise<number | 'kept'> {
    if ((await sizeOf(this.path(file))) !== undefined) return 'kept';
    return (await sizeOf(this.arriving(file))) ?? 0;
  }

  /** Appends what comes, and keeps what came when it breaks off. */
  async append(file: ReceivedFile, octets: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(this.folder(file), { recursive: true, mode: 0o700 });
    const target = createWriteStream(this.arriving(file), {
      flags: 'a',
      mode: 0o600,
      flush: true,
      highWaterMark: PIECE,
    });
    await pipeline(Readable.from(octets, { objectMode: false }), target);
  }

  /** Ciphertext of one that is still arriving. */
  arrived(file: ReceivedFile): AsyncIterable<Uint8Array> {
    return createReadStream(this.arriving(file), { highWaterMark: PIECE });
  }

  async dropArriving(file: ReceivedFile): Promise<void> {
    await rm(this.arriving(file), { force: true });
  }

  /** From now on it may be read. */
  async keep(file: ReceivedFile): Promise<void> {
    await rename(this.arriving(file), this.path(file));
    await synced(this.folder(file));
  }

  /** Ciphertext of one that was kept; undefined when it is not there. */
  async kept(file: ReceivedFile): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await sizeOf(this.path(file))) === undefined ? undefined : onceRead(this.path(file));
  }

  /** What came of an attempt that was rejected; what another attempt brought stays. */
  async dropAttempt(attempt: Omit<ReceivedFile, 'id'>): Promise<void> {
    const folder = this.folder(attempt);
    for (const entry of await entriesOf(folder))
      if (entry.isFile()) await rm(join(folder, entry.name), { force: true });
    for (const emptied of [folder, this.folder({ ...attempt, attempt: 1 })]) await removedIfEmpty(emptied);
  }

  /** All attachments of a message that was received, or was about to be. */
  async dropReceived(authority: string, messageId: string): Promise<void> {
    await rm(this.folder({ authority, messageId }), { recursive: true, force: true });
  }

  private sent({ authority, id }: Pick<UploadKey, 'authority' | 'id'>): string {
    return join(this.dir, authority, 'sent', id);
  }
  private folder({ authority, messageId, attempt = 1 }: Omit<ReceivedFile, 'id'>): string {
    const folder = join(this.dir, authority, 'received', messageId);
    return attempt === 1 ? folder : join(folder, String(attempt));
  }
  private path(file: ReceivedFile): string {
    return join(this.folder(file), file.id);
  }
  private arriving(file: ReceivedFile): string {
    return `${this.path(file)}.arriving`;
  }
}

const partContext = ({ authority, id }: UploadKey, part: number): Uint8Array =>
  canonicalBytes({ purpose: 'delge-upload', v: 1, authority, id, part });

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const entriesOf = async (folder: string): Promise<readonly Dirent[]> => {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

const removedIfEmpty = async (folder: string): Promise<void> => {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
};

const synced = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Opened by its reader's first step: of what is not sent after all no file stays open. */
async function* onceRead(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Uint8Array>;
}
