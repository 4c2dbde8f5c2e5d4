import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AnnounceAttachmentDto, DeliveryView, SubmitReferralDto } from '#contracts';
import { parseManifest } from '#envelope';
import { TestStack, eventually, permitted, problemOf } from './support/stack.js';

jest.setTimeout(60_000);
const FETCHED_MS = 30_000;
const PART = 1024 * 1024;
const CANARY = 'Kanariefågel i bilagan';

let delge: TestStack;
beforeAll(async () => {
  delge = await TestStack.shared();
});

const digest = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url');
/** A text that is recognised wherever it should not be, and some octets more than one part. */
const report = (length = PART + 5_000): Buffer => {
  const text = Buffer.from(`${CANARY} ${randomBytes(8).toString('hex')}\n`);
  return Buffer.concat([text, Buffer.from(randomBytes(Math.ceil(length / 2)).toString('hex')).subarray(0, length)]);
};
const announced = (octets: Uint8Array, more: Partial<AnnounceAttachmentDto> = {}): AnnounceAttachmentDto => ({
  id: randomUUID(),
  name: 'Utredning åäö.txt',
  mediaType: 'text/plain',
  length: octets.length,
  malware: { finding: 'clean', scanner: 'clamav 1.4.3 daily 27830', at: '2026-11-28T08:00:00.000Z' },
  ...more,
});
const readFrom =
  (octets: Buffer) =>
  (from: number, length: number): Promise<Uint8Array> =>
    Promise.resolve(octets.subarray(from, from + length));
const whole = async (stream: ReadableStream<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
/** A part of the free text: what words say that are in no field. */
const wordsOf = ({ declarations }: SubmitReferralDto): string => {
  const [[field, [category]] = ['', ['']]] = Object.entries(declarations?.freeText ?? {});
  return `${field}~${category}`;
};
const withAttached = (referral: SubmitReferralDto, id: string, items: string[]): SubmitReferralDto => ({
  ...referral,
  attachments: [{ id, items }],
});
const filesUnder = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());

describe('an attachment', () => {
  it('goes sealed with its referral, is fetched and verified before the receipt, and lies nowhere in the clear', async () => {
    const { system, referral } = permitted();
    const [sender, octets] = [delge.sandbox.client(system), report()];
    const file = announced(octets, { sha256: digest(octets) });
    const upload = await sender.attach(file, readFrom(octets));
    expect(upload).toMatchObject({ received: octets.length, sha256: digest(octets) });
    const item = wordsOf(referral);

    const accepted = await sender.submit(withAttached(referral, file.id, [item]));
    expect(accepted.state).toBe('accepted');
    const [message] = await delge.settled(system, referral.id, ['fetched'], FETCHED_MS);
    const { authority = '', messageId = '' } = message ?? {};
    const recipient = delge.sandbox.client(authority);
    const delivery: DeliveryView = await recipient.delivery(messageId);
    const [attachment] = delivery.attachments ?? [];
    const { name, mediaType, malware } = file;
    const told = { name, mediaType, malware, length: octets.length, sha256: digest(octets), items: [item] };
    expect(attachment).toEqual({ ...told, id: attachment?.id });
    expect((await whole(await recipient.attachment(messageId, attachment?.id ?? ''))).equals(octets)).toBe(true);
    const { items: shown } = await recipient.accessLog({ messageId });
    expect(shown.map(({ operation, attachmentId }) => [operation, attachmentId])).toEqual([
      ['read-attachment', attachment?.id],
      ['read-delivery', undefined],
    ]);

    const { attachments, ...manifest } = parseManifest(delivery.evidence.manifest).manifest;
    expect(attachments).toMatchObject([{ id: attachment?.id, items: [item], malware: 'clean' }]);
    expect(JSON.stringify({ attachments, manifest })).not.toContain('Utredning');
    const stored = filesUnder(delge.stack.options.dir).filter((path) => /blobs|attachments/.test(path));
    expect(stored.length).toBeGreaterThan(3);
    for (const path of stored) expect(readFileSync(path).includes(CANARY)).toBe(false);
  });

  it('goes on where its upload broke off, and takes no part in another place or of another size', async () => {
    const { system } = permitted();
    const [sender, octets] = [delge.sandbox.client(system), report(2 * PART + 17)];
    const file = announced(octets);
    let parts = 0;
    const broken = sender.attach(file, (from, length) => {
      parts += 1;
      return parts > 1 ? Promise.reject(new Error('the line broke')) : readFrom(octets)(from, length);
    });
    await expect(broken).rejects.toThrow('the line broke');
    const asked: number[] = [];
    const view = await sender.attach(file, (from, length) => {
      asked.push(from);
      return readFrom(octets)(from, length);
    });
    expect([asked, view.sha256]).toEqual([[PART, 2 * PART], digest(octets)]);
    expect(await problemOf(sender.attach({ ...file, length: 3 }, readFrom(octets)))).toBe('id-reuse');
    const short = announced(octets);
    expect(await problemOf(sender.attach(short, () => Promise.resolve(octets.subarray(0, 10))))).toBe(
      'attachment-invalid',
    );
  });

  it('is refused when it is not of its type, has another digest or macros, or names items that are not sent', async () => {
    const { system, referral } = permitted();
    const sender = delge.sandbox.client(system);
    const octets = report(100);
    const attach = (more: Partial<AnnounceAttachmentDto>, of = octets): Promise<unknown> =>
      sender.attach(announced(of, more), readFrom(of));
    expect(await problemOf(attach({ mediaType: 'application/pdf' }))).toBe('attachment-invalid');
    expect(await problemOf(attach({ sha256: digest(Buffer.from('another')) }))).toBe('attachment-invalid');
    expect(await problemOf(attach({ malware: { finding: 'clean' } }))).toBe('attachment-invalid');
    expect(await problemOf(attach({ mediaType: 'application/x-msdownload' as 'text/csv' }))).toBe('invalid-request');
    expect(await problemOf(attach({ name: '../../etc/passwd' }))).toBe('invalid-request');

    const file = announced(octets);
    await sender.attach(file, readFrom(octets));
    expect(await problemOf(sender.submit(withAttached(referral, file.id, ['another.item'])))).toBe(
      'attachment-not-carried',
    );
    const field = Object.keys(referral.content)[0] ?? '';
    expect(await problemOf(sender.submit(withAttached(referral, file.id, [field])))).toBe('attachment-not-carried');
    const item = wordsOf(referral);
    expect(await problemOf(sender.submit(withAttached(referral, randomUUID(), [item])))).toBe('attachment-missing');
    const foreign = delge.sandbox.client(referral.to[0]?.authority ?? '');
    expect(await problemOf(foreign.attach(file, readFrom(octets)))).not.toBe('id-reuse');
  });
});
void eventually;
