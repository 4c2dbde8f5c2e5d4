import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SUITE, attachmentContext, decryptChunks, encryptChunks } from '#envelope';
import type { DocumentAttachment, Manifest, ManifestAttachment } from '#envelope';
import { EventLog } from '#platform';
import { AttachmentFiles } from '../attachments/attachment-files.js';
import { RejectedDelivery } from '../domain/errors.js';
import { FetchAttachments } from './fetch-attachments.js';
import type { HeldDeliveries, HeldDelivery } from './ports/held-delivery.js';
import type { Received } from './receive-delivery.js';
import type { VerifiedDelivery } from './verify-delivery.js';

const authority = 'fk/forsakringskassan';
const CHUNK = 16 * 1024 + 16;
const HEADER = 56;
const dir = mkdtempSync(join(tmpdir(), 'delge-attachments-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url');
const all = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
const plaintext = Buffer.from(randomBytes(40_000).toString('hex'));

/** A delivery as it was verified, and the ciphertext that belongs to it; its manifest names the ciphertext after `tamper`. */
const delivery = async (
  tamper: (octets: Buffer) => Buffer = (octets) => octets,
  inside: Partial<DocumentAttachment> = {},
): Promise<{ verified: VerifiedDelivery; ciphertext: Buffer; messageId: string; id: string }> => {
  const parties = { env: 'sandbox', sender: 'linkoping/omsorgsnamnden', recipient: authority, messageId: randomUUID() };
  const [id, key, salt] = [randomUUID(), randomBytes(32), randomBytes(24)];
  const context = attachmentContext(parties, id);
  const ciphertext = tamper(await all(encryptChunks(Readable.from([plaintext]), { key, salt, context })));
  const items = ['period'];
  const attachment: DocumentAttachment = {
    ...{ id, name: 'a.txt', mediaType: 'text/plain', length: plaintext.length, sha256: digest(plaintext) },
    ...{ key: key.toString('base64url'), items, malware: { finding: 'not-scanned' }, ...inside },
  };
  const outside: ManifestAttachment = {
    ...{ id, sha256: digest(ciphertext), length: ciphertext.length, suite: SUITE, items, malware: 'not-scanned' },
  };
  const manifest = { ...parties, attachments: [outside] } as unknown as Manifest;
  const verified = { manifest, attachments: [attachment] } as unknown as VerifiedDelivery;
  return { verified, ciphertext, messageId: parties.messageId, id };
};

class Held implements HeldDeliveries {
  private resolve: (how: string) => void = () => undefined;
  private given = false;
  readonly settled = new Promise<string>((resolve) => (this.resolve = resolve));
  readonly done = (): Promise<void> => this.settle('done');
  readonly postpone = (): Promise<void> => this.settle('postponed');
  readonly renew = (): Promise<boolean> => Promise.resolve(true);
  readonly hold = (): Promise<void> => Promise.resolve();
  constructor(private readonly one: HeldDelivery) {}
  due(): Promise<readonly HeldDelivery[]> {
    const due = this.given ? [] : [this.one];
    this.given = true;
    return Promise.resolve(due);
  }
  private settle(how: string): Promise<void> {
    this.resolve(how);
    return Promise.resolve();
  }
}

let files: AttachmentFiles;
beforeEach(() => {
  files = new AttachmentFiles(dir, randomBytes);
});

/** @param read what the exchange answers @returns how it was settled, and what was received of it */
const fetched = async (
  { verified, messageId }: Awaited<ReturnType<typeof delivery>>,
  read: (from: number) => AsyncIterable<Uint8Array> | undefined,
  since = new Date(),
): Promise<{ readonly how: string; readonly outcome?: string }> => {
  let outcome: string | undefined;
  const finish = async (
    _message: unknown,
    arrive: (delivered: VerifiedDelivery) => Promise<void>,
  ): Promise<Received> => {
    try {
      await arrive(verified);
      outcome = 'received';
      return { outcome: 'received', authority, messageId };
    } catch (error) {
      if (!(error instanceof RejectedDelivery)) throw error;
      outcome = error.reason;
      return { outcome: 'rejected', authority, messageId, reason: error.reason };
    }
  };
  const held = new Held({ messageId, attempt: 1, since, tries: 1, message: {} as HeldDelivery['message'] });
  const exchange = { read: (_id: string, from: number) => Promise.resolve(read(from)) };
  const quiet = new EventLog('test', 'silent');
  const loop = new FetchAttachments(
    held,
    { finish },
    files,
    exchange,
    () => [authority],
    quiet,
    () => new Date(),
  );
  loop.start();
  const how = await held.settled;
  await loop.stop();
  return { how, ...(outcome === undefined ? {} : { outcome }) };
};
const from =
  (octets: Buffer) =>
  (first: number): AsyncIterable<Uint8Array> =>
    Readable.from([octets.subarray(first)]);
const folder = (messageId: string): string => join(dir, authority, 'received', messageId);

describe('the attachments of a held delivery', () => {
  it('are readable when all of them are verified', async () => {
    const one = await delivery();
    expect(await fetched(one, from(one.ciphertext))).toEqual({ how: 'done', outcome: 'received' });
    const file = { authority, messageId: one.messageId, id: one.id };
    const { key = '' } = one.verified.attachments[0] ?? {};
    const context = attachmentContext(one.verified.manifest, one.id);
    const kept = await files.kept(file);
    if (kept === undefined) throw new Error('it was not kept');
    expect((await all(decryptChunks(kept, { key: Buffer.from(key, 'base64url'), context }))).equals(plaintext)).toBe(
      true,
    );
  });

  it('go on where they broke off, and begin anew when what was there does not fit', async () => {
    const one = await delivery();
    const file = { authority, messageId: one.messageId, id: one.id };
    await files.append(file, Readable.from([one.ciphertext.subarray(0, 20_000)]));
    const asked: number[] = [];
    const read = (first: number): AsyncIterable<Uint8Array> => {
      asked.push(first);
      return from(one.ciphertext)(first);
    };
    expect(await fetched(one, read)).toEqual({ how: 'done', outcome: 'received' });
    expect(asked).toEqual([20_000]);

    const other = await delivery();
    await files.append({ ...file, messageId: other.messageId, id: other.id }, Readable.from([randomBytes(20_000)]));
    expect(await fetched(other, from(other.ciphertext))).toEqual({ how: 'postponed' });
    expect(await fetched(other, from(other.ciphertext))).toEqual({ how: 'done', outcome: 'received' });
  });

  it('wait while the exchange has not got them, and are given up after seven days', async () => {
    const one = await delivery();
    expect(await fetched(one, () => undefined)).toEqual({ how: 'postponed' });
    const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
    expect(await fetched(one, () => undefined, longAgo)).toEqual({ how: 'done', outcome: 'attachment-missing' });
  });

  const chunk = (octets: Buffer, at: number): Buffer => octets.subarray(HEADER + at * CHUNK, HEADER + (at + 1) * CHUNK);
  const built = (octets: Buffer, ...chunks: number[]): Buffer =>
    Buffer.concat([octets.subarray(0, HEADER), ...chunks.map((at) => chunk(octets, at))]);
  it.each<[string, string, (octets: Buffer) => Buffer, Partial<DocumentAttachment>]>([
    ['chunks in another order', 'attachment-not-openable', (octets) => built(octets, 1, 0, 2, 3, 4), {}],
    ['a chunk twice', 'attachment-not-openable', (octets) => built(octets, 0, 0, 2, 3, 4), {}],
    ['a chunk left out', 'attachment-not-openable', (octets) => built(octets, 0, 2, 3, 4), {}],
    ['the last chunk left out', 'attachment-not-openable', (octets) => built(octets, 0, 1, 2, 3), {}],
    ['something behind the last chunk', 'attachment-not-openable', (octets) => Buffer.concat([octets, octets]), {}],
    ['another header', 'attachment-not-openable', (octets) => octets.fill(7, 0, 24), {}],
    ['another key in the document', 'attachment-not-openable', (octets) => octets, { key: digest(Buffer.of(1)) }],
    ['another digest in the document', 'attachment-content', (octets) => octets, { sha256: digest(Buffer.of(1)) }],
    ['another length in the document', 'attachment-content', (octets) => octets, { length: 5 }],
    ['another type in the document', 'attachment-content', (octets) => octets, { mediaType: 'application/pdf' }],
  ])('are rejected by a gateway whose sender signed %s, and nothing is kept', async (_, reason, tamper, inside) => {
    const one = await delivery(tamper, inside);
    expect(await fetched(one, from(one.ciphertext))).toEqual({ how: 'done', outcome: reason });
    expect(existsSync(folder(one.messageId))).toBe(false);
  });

  it('are fetched anew when the exchange gives another ciphertext than the manifest names', async () => {
    const one = await delivery();
    for (const other of [one.ciphertext.subarray(1), randomBytes(99_000)])
      expect((await fetched(one, () => Readable.from([other]))).how).toBe('postponed');
    expect(await fetched(one, from(one.ciphertext))).toEqual({ how: 'done', outcome: 'received' });
  });
});
