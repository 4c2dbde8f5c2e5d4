import { createHash } from 'node:crypto';
import { PART_BYTES } from '#contracts';
import { EnvelopeError, attachmentContext, decryptChunks } from '#envelope';
import type { DocumentAttachment, Manifest, ManifestAttachment } from '#envelope';
import { isStoreFailure } from '#persistence';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { AttachmentFiles, ReceivedFile } from '../attachments/attachment-files.js';
import type { BlobClient } from '../attachments/blob-client.js';
import { ExchangeAway, NotYet, RejectedDelivery } from '../domain/errors.js';
import { fits } from '../domain/media-type.js';
import type { HeldDeliveries, HeldDelivery } from './ports/held-delivery.js';
import type { Now } from './ports/time-and-ids.js';
import type { ReceiveDelivery } from './receive-delivery.js';
import type { VerifiedDelivery } from './verify-delivery.js';

const IDLE_MS = 5_000;
/** Much shorter than anybody has a delivery in hand. */
const RENEW_MS = 60_000;
/** What the exchange does not have after this long it will not have; the message cannot be delivered as it was sent. */
const MISSING_MS = 7 * 24 * 60 * 60 * 1000;

/** Fetches the attachments of held deliveries, and has each delivery received when all of them are verified: then, and not before, it is there. */
export class FetchAttachments extends Loop {
  constructor(
    private readonly held: HeldDeliveries,
    private readonly receiving: Pick<ReceiveDelivery, 'finish'>,
    private readonly files: AttachmentFiles,
    private readonly exchange: Pick<BlobClient, 'read'>,
    private readonly authorities: () => readonly string[],
    private readonly log: EventLog,
    private readonly now: Now,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    let settled = 0;
    try {
      for (const authority of this.authorities())
        for (const one of await this.held.due(authority)) {
          if (await this.settle(authority, one)) settled += 1;
          if (this.stopping.aborted) return 0;
        }
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('attachment.waits', { code: 'store' });
      else this.log.failure('attachment.fetch-failed', error);
    }
    return settled > 0 ? 0 : IDLE_MS;
  }

  private async settle(authority: string, held: HeldDelivery): Promise<boolean> {
    const { messageId } = held;
    try {
      const received = await this.receiving.finish(held.message, (verified) =>
        this.fetchAll(authority, held, verified),
      );
      if (received.outcome === 'rejected') {
        await this.files.dropAttempt({ authority, messageId, attempt: held.attempt });
        this.log.warn('delivery.rejected', { messageId, authorityId: authority, code: received.reason });
      } else this.log.info('delivery.received', { messageId, authorityId: authority, code: received.outcome });
      await this.held.done(authority, held);
      return true;
    } catch (error) {
      await this.held.postpone(authority, held);
      if (error instanceof NotYet || error instanceof ExchangeAway) {
        const code = error instanceof NotYet ? error.code : String(error.status ?? 'away');
        this.log.warn('attachment.waits', { messageId, code });
      } else this.log.failure('attachment.fetch-failed', error, { messageId });
      return false;
    }
  }

  /** @throws {RejectedDelivery | NotYet | ExchangeAway} */
  private async fetchAll(
    authority: string,
    held: HeldDelivery,
    { manifest, attachments }: VerifiedDelivery,
  ): Promise<void> {
    for (const [at, inside] of attachments.entries()) {
      const outside = manifest.attachments?.[at];
      if (outside === undefined) throw new RejectedDelivery('document-binding');
      const file = { authority, messageId: manifest.messageId, attempt: manifest.attempt, id: inside.id };
      await this.fetchOne(file, held, manifest, outside, inside);
    }
  }

  private async fetchOne(
    file: ReceivedFile,
    held: HeldDelivery,
    manifest: Manifest,
    outside: ManifestAttachment,
    inside: DocumentAttachment,
  ): Promise<void> {
    const from = await this.files.received(file);
    if (from === 'kept') return;
    if (from < outside.length) {
      const octets = await this.exchange.read(inside.id, from, this.stopping);
      if (octets === undefined) {
        if (this.now().getTime() - held.since.getTime() > MISSING_MS) throw new RejectedDelivery('attachment-missing');
        throw new NotYet('attachment');
      }
      await this.files.append(file, this.inHand(file.authority, held, upTo(octets, outside.length - from)));
    }
    if ((await this.digest(file, outside.length)) !== outside.sha256) {
      // The exchange held it against the same digest before it decided: what broke is its store, the line or this disk. No sender's
      // message ends for that.
      await this.files.dropArriving(file);
      throw new NotYet('attachment-digest');
    }
    await this.open(file, manifest, inside);
    await this.files.keep(file);
  }

  /** Gives what comes on as long as nobody else has the delivery: two would append to the same file. @throws {NotYet} */
  private async *inHand(
    authority: string,
    held: HeldDelivery,
    octets: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    let renewed = -Infinity;
    for await (const piece of octets) {
      if (this.now().getTime() - renewed > RENEW_MS) {
        if (!(await this.held.renew(authority, held))) throw new NotYet('attachment');
        renewed = this.now().getTime();
      }
      yield piece;
    }
  }

  /** @returns digest of the ciphertext; undefined when it has another length */
  private async digest(file: ReceivedFile, length: number): Promise<string | undefined> {
    const hash = createHash('sha256');
    let octets = 0;
    for await (const piece of this.files.arrived(file)) {
      hash.update(piece);
      octets += piece.length;
    }
    return octets === length ? hash.digest('base64url') : undefined;
  }

  /** Decrypts it once from end to end, and keeps nothing of the plaintext. @throws {RejectedDelivery} */
  private async open(file: ReceivedFile, manifest: Manifest, inside: DocumentAttachment): Promise<void> {
    const hash = createHash('sha256');
    let octets = 0;
    // The same beginning that its sender's gateway told the type by.
    const beginning: Buffer[] = [];
    const key = { key: Buffer.from(inside.key, 'base64url'), context: attachmentContext(manifest, inside.id) };
    try {
      for await (const piece of decryptChunks(this.files.arrived(file), key)) {
        if (octets < PART_BYTES) beginning.push(piece.subarray(0, PART_BYTES - octets));
        hash.update(piece);
        octets += piece.length;
      }
    } catch (error) {
      if (error instanceof EnvelopeError) throw new RejectedDelivery('attachment-not-openable');
      throw error;
    }
    const isOfItsType = fits(inside.mediaType, Buffer.concat(beginning));
    if (octets !== inside.length || hash.digest('base64url') !== inside.sha256 || !isOfItsType)
      throw new RejectedDelivery('attachment-content');
  }
}

/** As many as are to come and not one more, whatever is sent. A line that breaks is no fault of the disk here. @throws {ExchangeAway} */
async function* upTo(octets: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  try {
    for await (const piece of octets) {
      yield piece.subarray(0, left);
      left -= piece.length;
      if (left <= 0) return;
    }
  } catch (cause) {
    throw new ExchangeAway(undefined, cause);
  }
}
