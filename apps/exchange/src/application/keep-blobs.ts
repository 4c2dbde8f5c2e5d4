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
      if (before !== undefined) return (await this.goneOn(tx, same(before, announced).id)) ?? before;
      if ((await blobs.announced(tx, gateway)) + blob.length > this.quotaBytes) throw new BlobRefused('quota');
      const fresh = { ...announced, received: 0, isComplete: false, partBytes: PART_BYTES };
      if (await blobs.announce(tx, announced, PART_BYTES, this.now())) return fresh;
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
    // One part at a time, and what is known of it with it: what lies in the store is what was answered for.
    const blob = await this.dataSource.transaction(async (tx) => {
      const before = await blobs.locked(tx, id);
      if (before?.gateway !== gateway) throw new BlobRefused('not-found');
      if (before.isComplete || offset !== before.received) throw new BlobRefused('offset');
      const { length, partBytes } = before;
      if (octets.length !== Math.min(partBytes, length - offset)) throw new BlobRefused('part-size');
      await this.store.put(id, offset / partBytes, octets);
      return this.grown(tx, { ...before, received: offset + octets.length });
    });
    if (blob.received === 0) throw new BlobRefused('digest');
    return blob.received;
  }

  /** @returns the blob as it is from now on: with nothing of it here, when all of it was and was something else */
  private async grown(tx: EntityManager, blob: StoredBlob): Promise<StoredBlob> {
    const isWhole = blob.received === blob.length;
    // As it lies in the store, and not as it came: what is complete must be there to be read.
    const isIt = isWhole && (await this.digest(blob)) === blob.sha256;
    const after = { ...blob, received: isWhole && !isIt ? 0 : blob.received, isComplete: isIt };
    await blobs.put(tx, after, isIt ? this.now() : undefined);
    return after;
  }

  /** One that was announced before: all of it may be here and nobody have looked, and its parts may be of another size than today's. */
  private async goneOn(tx: EntityManager, id: string): Promise<StoredBlob | undefined> {
    const blob = await blobs.locked(tx, id);
    if (blob === undefined || blob.isComplete) return blob;
    if (blob.received === blob.length) return this.grown(tx, blob);
    if (blob.partBytes === PART_BYTES) return blob;
    return this.grown(tx, { ...blob, received: 0, partBytes: PART_BYTES });
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
    for (const { id, length, partBytes } of due) {
      await this.store.delete(id, Math.ceil(length / partBytes));
      await blobs.forget(this.dataSource.manager, id);
    }
    return due.length;
  }

  private async digest(blob: StoredBlob): Promise<string> {
    const hash = createHash('sha256');
    for await (const octets of this.octets(blob, 0)) hash.update(octets);
    return hash.digest('base64url');
  }

  private async *octets({ id, length, partBytes }: StoredBlob, from: number): AsyncGenerator<Uint8Array> {
    let skip = from % partBytes;
    for (let part = Math.floor(from / partBytes); part * partBytes < length; part += 1) {
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
