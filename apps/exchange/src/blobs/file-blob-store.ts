import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobStore, BlobStoreAway } from './blob-store.js';

/** Blobs as files: `<dir>/<first two digits of the id>/<id>/<part>`. */
export class FileBlobStore extends BlobStore {
  constructor(private readonly dir: string) {
    super();
  }

  override put(blobId: string, part: number, octets: Uint8Array): Promise<void> {
    return away(async () => {
      const folder = this.folder(blobId);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, String(part));
      const coming = `${path}.${randomUUID()}.new`;
      const file = await open(coming, 'w', 0o600);
      try {
        await file.writeFile(octets);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(coming, path);
      await synced(folder);
      // The folder itself is an entry of the one above, and that one of the store's.
      if (part === 0) for (const above of [join(folder, '..'), this.dir]) await synced(above);
    });
  }

  override get(blobId: string, part: number): Promise<AsyncIterable<Uint8Array>> {
    return away(async () => {
      const file = await open(join(this.folder(blobId), String(part)), 'r');
      return createReadStream('', { fd: file, highWaterMark: 256 * 1024 });
    });
  }

  override delete(blobId: string): Promise<void> {
    return away(() => rm(this.folder(blobId), { recursive: true, force: true }));
  }

  private folder(blobId: string): string {
    return join(this.dir, blobId.slice(0, 2), blobId);
  }
}

const synced = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const away = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw new BlobStoreAway('blob store', { cause });
  }
};
