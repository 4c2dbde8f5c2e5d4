import { createHash } from 'node:crypto';
import { PART_BYTES } from '#contracts';
import type { AnnounceAttachmentDto, AttachmentView, MediaType } from '#contracts';
import { canonicalBytes } from '#json';
import type { AttachmentFiles } from '../attachments/attachment-files.js';
import { GatewayError } from '../domain/errors.js';
import { fits, hasMacros } from '../domain/media-type.js';
import { digestOf } from './law.js';
import type { AttachmentStore, StoredUpload } from './ports/attachment.js';
import type { Now } from './ports/time-and-ids.js';

const NO_LIMITS = { quotaBytes: Number.MAX_SAFE_INTEGER, reserveBytes: 0 };
type Hash = ReturnType<typeof createHash>;
/** Of uploads that do not say it. */
const FIRST_PART_BYTES = 4 * 1024 * 1024;
/** Octets of each part that an upload lies in, but the last. */
export const partBytesOf = ({ detail }: Pick<StoredUpload, 'detail'>): number => detail.partBytes ?? FIRST_PART_BYTES;
/** Uploads whose digest goes on being computed as they come; of others it is computed anew at the end. */
const MOST_RUNNING = 32;

/** Takes files in from the authority's own systems, part by part, to be sent with a referral later. On disk they lie encrypted. */
export class TakeAttachment {
  private readonly running = new Map<string, { readonly hash: Hash; at: number }>();

  constructor(
    private readonly store: AttachmentStore,
    private readonly files: AttachmentFiles,
    private readonly random: (size: number) => Uint8Array,
    /** An upload that no referral needs is deleted after this long, in milliseconds. */
    private readonly unusedMs: number,
    private readonly now: Now,
    private readonly limits: { readonly quotaBytes: number; readonly reserveBytes: number } = NO_LIMITS,
  ) {}

  /** @throws {GatewayError} ID_REUSE, ATTACHMENT_INVALID, STORAGE_QUOTA, STORAGE */
  async announce(authority: string, body: AnnounceAttachmentDto): Promise<AttachmentView> {
    const { id, name, mediaType, length, sha256, malware } = body;
    if (malware.finding === 'clean' && (malware.scanner === undefined || malware.at === undefined))
      throw invalid('malware', 'scanner-missing');
    const bodyDigest = digestOf(canonicalBytes(body));
    const at = this.now();
    const key = Buffer.from(this.random(32)).toString('base64url');
    const found = malware.at === undefined ? malware : { ...malware, at: new Date(malware.at).toISOString() };
    const upload: StoredUpload = {
      id,
      length,
      received: 0,
      bodyDigest,
      expiresAt: new Date(at.getTime() + this.unusedMs),
      detail: {
        name,
        mediaType,
        key,
        malware: found,
        partBytes: PART_BYTES,
        ...(sha256 === undefined ? {} : { sha256 }),
      },
    };
    // One that was announced before goes on.
    const before = await this.store.upload(authority, id);
    if (before === undefined) await this.refuseWhenFull(length);
    if (before === undefined && (await this.store.announce(authority, upload, this.limits.quotaBytes)))
      return viewOf(upload);
    const announced = before ?? (await this.store.upload(authority, id));
    if (announced === undefined) throw new GatewayError('STORAGE_QUOTA');
    if (announced.bodyDigest !== bodyDigest) throw new GatewayError('ID_REUSE');
    return viewOf(announced);
  }

  /** Room is kept for what is received: an authority that sends much does not stop what it is sent. */
  private async refuseWhenFull(length: number): Promise<void> {
    const fault = await this.files.fault(this.limits.reserveBytes + length);
    if (fault !== undefined) throw new GatewayError('STORAGE');
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<AttachmentView> {
    return viewOf(await this.of(authority, id));
  }

  /**
   * Takes the next part.
   * @param offset where it begins, which is how much there is
   * @throws {GatewayError} NOT_FOUND, UPLOAD_OFFSET, ATTACHMENT_INVALID
   */
  async append(authority: string, id: string, offset: number, octets: Uint8Array): Promise<AttachmentView> {
    const name = `${authority} ${id}`;
    // One part at a time: what lies on disk is what was answered for.
    const grown = await this.store.grow(authority, id, (upload) => this.grown(authority, upload, offset, octets));
    if (grown === undefined) throw new GatewayError('NOT_FOUND');
    if (grown.received === 0) throw invalid('sha256', 'other-digest');
    if (grown.received === grown.length) this.running.delete(name);
    else this.hashed(name, offset, octets);
    return viewOf(grown);
  }

  /** @returns the upload with this part; with none when the digest of the whole is another */
  private async grown(
    authority: string,
    before: StoredUpload,
    offset: number,
    octets: Uint8Array,
  ): Promise<StoredUpload> {
    const { id, length, received } = before;
    if (offset !== received || received === length)
      throw new GatewayError('UPLOAD_OFFSET', { extensions: { received } });
    // Nothing is here yet, so it can lie in parts of today's size.
    const detail = received === 0 ? { ...before.detail, partBytes: PART_BYTES } : before.detail;
    const upload = { ...before, detail };
    const partBytes = partBytesOf(upload);
    if (octets.length !== Math.min(partBytes, length - offset)) throw invalid('body', 'part-size');
    if (offset === 0 && !fits(detail.mediaType, octets)) throw invalid('body', 'other-media-type');
    if (hasMacros(detail.mediaType, octets)) throw invalid('body', 'has-macros');
    const sealed = { authority, id, key: Buffer.from(detail.key, 'base64url') };
    await this.files.putPart(sealed, offset / partBytes, octets);
    const grown = { ...upload, received: offset + octets.length };
    if (grown.received < length) return grown;
    // From the disk when not every part came through here.
    const state = this.running.get(`${authority} ${id}`);
    const sha256 =
      state?.at === offset && offset > 0
        ? state.hash.copy().update(octets).digest('base64url')
        : await this.digest(sealed, Math.ceil(length / partBytes));
    // All of it comes anew when it is another: which of the parts is the wrong one nobody can say.
    if (detail.sha256 !== undefined && detail.sha256 !== sha256) return { ...upload, received: 0 };
    return { ...grown, detail: { ...detail, sha256 } };
  }

  private async of(authority: string, id: string): Promise<StoredUpload> {
    const upload = await this.store.upload(authority, id);
    if (upload === undefined) throw new GatewayError('NOT_FOUND');
    return upload;
  }

  /** Goes on with the digest when every part so far went through here, in order. */
  private hashed(name: string, offset: number, octets: Uint8Array): void {
    if (offset === 0) {
      const [oldest] = this.running.keys();
      if (oldest !== undefined && this.running.size >= MOST_RUNNING) this.running.delete(oldest);
      this.running.set(name, { hash: createHash('sha256'), at: 0 });
    }
    const state = this.running.get(name);
    if (state?.at !== offset) {
      this.running.delete(name);
      return;
    }
    state.hash.update(octets);
    state.at += octets.length;
  }

  private async digest(upload: Parameters<AttachmentFiles['plaintext']>[0], parts: number): Promise<string> {
    const hash = createHash('sha256');
    for await (const octets of this.files.plaintext(upload, parts)) hash.update(octets);
    return hash.digest('base64url');
  }
}

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('ATTACHMENT_INVALID', { faults: [{ path, code }] });

const viewOf = ({ id, length, received, expiresAt, detail }: StoredUpload): AttachmentView => ({
  id,
  mediaType: detail.mediaType as MediaType,
  length,
  received,
  ...(received === length && detail.sha256 !== undefined ? { sha256: detail.sha256 } : {}),
  expiresAt: expiresAt.toISOString(),
});
