import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PART_BYTES } from '#contracts';
import type { AnnounceAttachmentDto } from '#contracts';
import { AttachmentFiles } from '../attachments/attachment-files.js';
import { partBytesOf, TakeAttachment } from './take-attachment.js';
import type { AttachmentStore, StoredUpload } from './ports/attachment.js';

const dir = mkdtempSync(join(tmpdir(), 'delge-uploads-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const authority = 'linkoping/omsorgsnamnden';

/** One upload after the other, as the table's row lock has it. */
class Uploads implements Pick<AttachmentStore, 'upload' | 'announce' | 'grow'> {
  row: StoredUpload | undefined;
  private last: Promise<unknown> = Promise.resolve();
  upload = (_: string, id: string): Promise<StoredUpload | undefined> =>
    Promise.resolve(this.row?.id === id ? this.row : undefined);
  announce = (_: string, upload: StoredUpload): Promise<boolean> => {
    this.row = upload;
    return Promise.resolve(true);
  };
  grow = (_: string, __: string, grown: (before: StoredUpload) => Promise<StoredUpload>): Promise<StoredUpload> => {
    const next = this.last.then(async () => (this.row = await grown(this.row as StoredUpload)));
    this.last = next.catch(() => undefined);
    return next;
  };
}

let files: AttachmentFiles;
let uploads: Uploads;
beforeEach(() => {
  files = new AttachmentFiles(dir, randomBytes);
  uploads = new Uploads();
});
/** Another process has another of them, over the same files and the same table. */
const taking = (): TakeAttachment =>
  new TakeAttachment(uploads as unknown as AttachmentStore, files, randomBytes, 1e9, () => new Date());
const announced = (length: number, sha256?: string): AnnounceAttachmentDto => ({
  ...{ id: randomUUID(), name: 'a.txt', mediaType: 'text/plain', length, malware: { finding: 'not-scanned' } },
  ...(sha256 === undefined ? {} : { sha256 }),
});
const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url');
const onDisk = async (): Promise<string> => {
  const row = uploads.row as StoredUpload;
  const key = Buffer.from(row.detail.key, 'base64url');
  const parts: Buffer[] = [];
  for await (const piece of files.plaintext({ authority, id: row.id, key }, Math.ceil(row.length / partBytesOf(row))))
    parts.push(piece);
  return digest(Buffer.concat(parts));
};

describe('an upload', () => {
  it('is on disk what was answered for, when two bring the same part at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const body = announced(PART_BYTES);
      const [one, other] = [taking(), taking()];
      await one.announce(authority, body);
      const [a, b] = ['a', 'b'].map((letter) => Buffer.alloc(PART_BYTES, letter)) as [Buffer, Buffer];
      const told = await Promise.allSettled([
        one.append(authority, body.id, 0, a),
        other.append(authority, body.id, 0, b),
      ]);
      expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect((told[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'UPLOAD_OFFSET' });
      expect([uploads.row?.detail.sha256, await onDisk()]).toEqual([digest(a), digest(a)]);
    }
  });

  it('has the digest of all of it, whichever process took which part', async () => {
    const octets = Buffer.from(randomBytes(PART_BYTES).toString('hex')).subarray(0, PART_BYTES + 9);
    const body = announced(octets.length, digest(octets));
    const [one, other] = [taking(), taking()];
    await one.announce(authority, body);
    await one.append(authority, body.id, 0, octets.subarray(0, PART_BYTES));
    const view = await other.append(authority, body.id, PART_BYTES, octets.subarray(PART_BYTES));
    expect([view.sha256, await onDisk()]).toEqual([digest(octets), digest(octets)]);
  });

  it('begins anew when the whole has another digest than the one announced', async () => {
    const octets = Buffer.from('en text');
    const body = announced(octets.length, digest(octets));
    const one = taking();
    await one.announce(authority, body);
    const wrong = one.append(authority, body.id, 0, Buffer.from('en annan').subarray(0, octets.length));
    await expect(wrong).rejects.toMatchObject({ code: 'ATTACHMENT_INVALID' });
    expect((await one.append(authority, body.id, 0, octets)).received).toBe(octets.length);
  });

  it('is read in parts of the size that it lies in, and not of today', async () => {
    expect(
      partBytesOf({ detail: { name: 'a', mediaType: 'text/plain', key: '', malware: { finding: 'clean' } } }),
    ).toBe(4 * 1024 * 1024);
    const body = announced(3);
    const one = taking();
    await one.announce(authority, body);
    expect(partBytesOf(uploads.row as StoredUpload)).toBe(PART_BYTES);
  });
});
