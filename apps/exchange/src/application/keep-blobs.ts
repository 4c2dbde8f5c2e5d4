import { createHash } from 'node:crypto';
import { encryptedLength, MAX_ATTACHMENT_BYTES, parseManifest } from '#envelope';
import type { Manifest } from '#envelope';
import { PART_BYTES } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { BlobStore } from '../blobs/blob-store.js';
import { BlobRefused } from '../domain/errors.js';
import { blobs } from '../persistence/blob.store.js';
import type { AnnouncedBlob, StoredBlob } from '../persistence/blob.store.js';
import type { Law } from './ground.js';

/** Announced and never completed, or never published: given up after this long. Longer than any message may be on its way. */
const ABANDONED_MS = 30 * 24 * 60 * 60 * 1000;
const AT_ONCE = 100;

/**
 * Ciphertexts of attachments, opaque to the exchange: only the sender's gateway brings one, in parts and in order; only the recipient's
 * gateway gets it, and only after the message is released.
 */
export class KeepBlobs {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: BlobStore,
    private readonly law: Law,
    /** Octets that the gateways of a participant may have here at once, each. */
    private readonly quotaBytes: number,
    private readonly now: () => Date,
  ) {}

  /** @param gateway who asks @throws {BlobRefused} not-found, too-large, quota, id-reuse */
  async announce(gateway: string, blob: Omit<AnnouncedBlob, 'gateway'>): Promise<StoredBlob> {
    if (this.law.newest().authority(blob.sender)?.gateway !== gateway) throw new BlobRefused('not-found');
    if (blob.length > encryptedLength(MAX_ATTACHMENT_BYTES)) throw new BlobRefused('too-large');
    const announced = { ...blob, gateway };
    return this.dataSource.transaction(async (tx) => {
      const before = await blobs.find(tx, blob.id);
      if (before !== undefined) return same(before, announced);
      if ((await blobs.announced(tx, gateway)) + blob.length > this.quotaBytes) throw new BlobRefused('quota');
      if (await blobs.announce(tx, announced, this.now())) return { ...announced, received: 0, isComplete: false };
      const other = await blobs.find(tx, blob.id);
      if (other === undefined) throw new BlobRefused('id-reuse');
      return same(other, announced);
    });
  }

  /** @throws {BlobRefused} not-found */
  async own(gateway: string, id: string): Promise<StoredBlob> {
    const blob = await blobs.find(this.dataSource.manager, id);
    if (blob?.gateway !== gateway) throw new BlobRefused('not-found');
    return blob;
  }

  /**
   * Takes the next part; the last one when the digest of the whole is the one announced. A whole that is something else is dropped, and begins anew.
   * @returns octets that are here
   * @throws {BlobRefused} not-found, offset, part-size, digest
   */
  async append(gateway: string, id: string, offset: number, octets: Uint8Array): Promise<number> {
    const blob = await this.own(gateway, id);
    if (blob.isComplete || offset !== blob.received) throw new BlobRefused('offset');
    if (octets.length !== Math.min(PART_BYTES, blob.length - offset)) throw new BlobRefused('part-size');
    const { manager } = this.dataSource;
    await this.store.put(id, offset / PART_BYTES, octets);
    const received = offset + octets.length;
    if (received < blob.length) {
      if (!(await blobs.grew(manager, id, offset, received))) throw new BlobRefused('offset');
      return received;
    }
    // As it lies in the store, and not as it came: what is complete must be there to be read.
    if ((await this.digest(blob)) !== blob.sha256) {
      await blobs.grew(manager, id, offset, 0);
      throw new BlobRefused('digest');
    }
    if (!(await blobs.grew(manager, id, offset, received))) throw new BlobRefused('offset');
    await blobs.complete(manager, id, this.now());
    return received;
  }

  /**
   * @param gateway who asks
   * @param from first octet
   * @throws {BlobRefused} not-found, whatever the reason
   */
  async read(
    gateway: string,
    id: string,
    from: number,
  ): Promise<{ length: number; octets: AsyncIterable<Uint8Array> }> {
    const blob = await blobs.find(this.dataSource.manager, id);
    if (blob?.isComplete !== true || from >= blob.length) throw new BlobRefused('not-found');
    const released = await blobs.released(this.dataSource.manager, blob);
    const snapshot = this.law.newest();
    const isFor = released.some(
      ({ recipient, manifest }) =>
        snapshot.authority(recipient)?.gateway === gateway &&
        parseManifest(manifest).manifest.attachments?.some((one) => one.id === id) === true,
    );
    if (!isFor) throw new BlobRefused('not-found');
    return { length: blob.length, octets: this.octets(blob, from) };
  }

  /** Whether all that a manifest names is here, as it says. */
  async holds(tx: EntityManager, { attachments = [], gateway, sender, messageId }: Manifest): Promise<boolean> {
    for (const { id, sha256, length } of attachments) {
      const blob = await blobs.find(tx, id);
      const isIt =
        blob?.isComplete === true &&
        blob.gateway === gateway &&
        blob.sender === sender &&
        blob.messageId === messageId &&
        blob.sha256 === sha256 &&
        blob.length === length;
      if (!isIt) return false;
    }
    return true;
  }

  /** Deletes those that nobody will ask for any more. @returns how many */
  async sweep(): Promise<number> {
    const abandoned = new Date(this.now().getTime() - ABANDONED_MS);
    const due = await blobs.due(this.dataSource.manager, abandoned, AT_ONCE);
    for (const { id, length } of due) {
      await this.store.delete(id, Math.ceil(length / PART_BYTES));
      await blobs.forget(this.dataSource.manager, id);
    }
    return due.length;
  }

  private async digest(blob: StoredBlob): Promise<string> {
    const hash = createHash('sha256');
    for await (const octets of this.octets(blob, 0)) hash.update(octets);
    return hash.digest('base64url');
  }

  private async *octets({ id, length }: StoredBlob, from: number): AsyncGenerator<Uint8Array> {
    let skip = from % PART_BYTES;
    for (let part = Math.floor(from / PART_BYTES); part * PART_BYTES < length; part += 1) {
      for await (const octets of await this.store.get(id, part)) {
        if (skip < octets.length) yield octets.subarray(skip);
        skip = Math.max(0, skip - octets.length);
      }
    }
  }
}

const same = (blob: StoredBlob, announced: AnnouncedBlob): StoredBlob => {
  const isSame =
    blob.gateway === announced.gateway &&
    blob.sender === announced.sender &&
    blob.messageId === announced.messageId &&
    blob.sha256 === announced.sha256 &&
    blob.length === announced.length;
  if (!isSame) throw new BlobRefused('id-reuse');
  return blob;
};
