import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SUITE, attachmentContext, encryptChunks } from '#envelope';
import type { DocumentAttachment, Manifest, ManifestAttachment } from '#envelope';
import { EventLog } from '#platform';
import { aGateway, aWorld, example, sealed } from '#testing';
import { AttachmentFiles } from '../attachments/attachment-files.js';
import { RejectedDelivery } from '../domain/errors.js';
import { FetchAttachments } from './fetch-attachments.js';
import type { HeldDeliveries, HeldDelivery } from './ports/held-delivery.js';
import type { Received } from './receive-delivery.js';
import type { VerifiedDelivery } from './verify-delivery.js';

const authority = 'fk/forsakringskassan';
const dir = mkdtempSync(join(tmpdir(), 'delge-held-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const files = new AttachmentFiles(dir, randomBytes);
const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url');
const all = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

const world = await aWorld();
const message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
const plaintext = Buffer.from(randomBytes(40_000).toString('hex'));

interface Delivery {
  readonly verified: VerifiedDelivery;
  readonly ciphertext: Buffer;
  readonly attempt: number;
  readonly id: string;
  readonly messageId: string;
}
/** A delivery whose document was verified. */
const delivery = async (
  messageId: string = randomUUID(),
  attempt = 1,
  id: string = randomUUID(),
): Promise<Delivery> => {
  const parties = { env: 'sandbox', sender: 'linkoping/omsorgsnamnden', recipient: authority, messageId };
  const [key, salt] = [randomBytes(32), randomBytes(24)];
  const context = attachmentContext(parties, id);
  const ciphertext = await all(encryptChunks(Readable.from([plaintext]), { key, salt, context }));
  const items = ['circumstances~benefit-case'];
  const inside: DocumentAttachment = {
    ...{ id, name: 'a.txt', mediaType: 'text/plain', length: plaintext.length, sha256: digest(plaintext) },
    ...{ key: key.toString('base64url'), items, malware: { finding: 'not-scanned' } },
  };
  const outside: ManifestAttachment = {
    ...{ id, sha256: digest(ciphertext), length: ciphertext.length, suite: SUITE, items, malware: 'not-scanned' },
  };
  const manifest = { ...parties, attempt, attachments: [outside] } as unknown as Manifest;
  const verified = { manifest, attachments: [inside] } as unknown as VerifiedDelivery;
  return { verified, ciphertext, messageId, attempt, id };
};

/** @returns how one that is held was settled @param mine whether it is still this process's when it asks */
const settled = async (
  { verified, messageId, attempt }: Delivery,
  octets: Buffer,
  mine = true,
  reject = false,
): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let outcome = 'postponed';
  const one: HeldDelivery = { messageId, attempt, since: new Date(), tries: 1, message: message as never };
  let due = [one];
  const held: HeldDeliveries = {
    hold: () => Promise.resolve(),
    due: () => {
      const now = due;
      due = [];
      return Promise.resolve(now);
    },
    renew: () => Promise.resolve(mine),
    postpone: () => Promise.resolve(resolve(outcome)),
    done: () => Promise.resolve(resolve(outcome)),
  };
  const finish = async (_: unknown, arrive: (delivered: VerifiedDelivery) => Promise<void>): Promise<Received> => {
    try {
      await arrive(verified);
      if (reject) throw new RejectedDelivery('attachment-content');
      outcome = 'received';
      return { outcome: 'received', authority, messageId };
    } catch (error) {
      if (!(error instanceof RejectedDelivery)) throw error;
      outcome = error.reason;
      return { outcome: 'rejected', authority, messageId, reason: error.reason };
    }
  };
  const exchange = { read: (_: string, from: number) => Promise.resolve(Readable.from([octets.subarray(from)])) };
  const log = new EventLog('test', 'silent');
  const loop = new FetchAttachments(
    held,
    { finish },
    files,
    exchange,
    () => [authority],
    log,
    () => new Date(),
  );
  loop.start();
  const how = await promise;
  await loop.stop();
  return how;
};

describe('attachments of a held delivery', () => {
  it('that are others at the exchange than it decided on end no message: they are fetched anew', async () => {
    const one = await delivery();
    expect(await settled(one, randomBytes(one.ciphertext.length))).toBe('postponed');
    expect(await settled(one, one.ciphertext.subarray(1))).toBe('postponed');
    expect(await files.received({ authority, messageId: one.messageId, id: one.id })).toBe(0);
    expect(await settled(one, one.ciphertext)).toBe('received');
  });

  it('fill no disk: what comes beyond their length is left', async () => {
    const one = await delivery();
    expect(await settled(one, Buffer.concat([one.ciphertext, randomBytes(9_000_000)]))).toBe('received');
  });

  it('are appended to by nobody who has lost the delivery to another process', async () => {
    const one = await delivery();
    expect(await settled(one, one.ciphertext, false)).toBe('postponed');
    expect(await files.received({ authority, messageId: one.messageId, id: one.id })).toBe(0);
  });

  it('stay when the next attempt, under the same ids, is rejected', async () => {
    const first = await delivery();
    expect(await settled(first, first.ciphertext)).toBe('received');
    const second = await delivery(first.messageId, 2, first.id);
    expect(await settled(second, second.ciphertext, true, true)).toBe('attachment-content');
    const kept = await files.kept({ authority, messageId: first.messageId, attempt: 1, id: first.id });
    expect((await all(kept ?? Readable.from([]))).equals(first.ciphertext)).toBe(true);
  });
});
