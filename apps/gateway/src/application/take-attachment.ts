import { createHash } from 'node:crypto';
import { PART_BYTES } from '#contracts';
import type { AnnounceAttachmentDto, AttachmentView, MediaType } from '#contracts';
import { canonicalBytes } from '#json';
import type { AttachmentFiles } from '../attachments/attachment-files.js';
import { GatewayError } from '../domain/errors.js';
import { fits, hasMacros } from '../domain/media-type.js';
import { digestOf } from './law.js';
import type { AttachmentStore, Now, StoredUpload } from './ports.js';

type Hash = ReturnType<typeof createHash>;
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
  ) {}

  /** @throws {GatewayError} ID_REUSE, ATTACHMENT_INVALID */
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
      detail: { name, mediaType, key, malware: found, ...(sha256 === undefined ? {} : { sha256 }) },
    };
    if (await this.store.announce(authority, upload)) return viewOf(upload);
    const before = await this.store.upload(authority, id);
    if (before?.bodyDigest !== bodyDigest) throw new GatewayError('ID_REUSE');
    return viewOf(before);
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
    const upload = await this.of(authority, id);
    const { length, received, detail } = upload;
    const wrong = new GatewayError('UPLOAD_OFFSET', { extensions: { received } });
    if (offset !== received || received === length) throw wrong;
    if (octets.length !== Math.min(PART_BYTES, length - offset)) throw invalid('body', 'part-size');
    if (offset === 0 && !fits(detail.mediaType, octets)) throw invalid('body', 'other-media-type');
    if (hasMacros(detail.mediaType, octets)) throw invalid('body', 'has-macros');
    const sealed = { authority, id, key: Buffer.from(detail.key, 'base64url') };
    await this.files.putPart(sealed, offset / PART_BYTES, octets);
    const grown = { ...upload, received: offset + octets.length };
    const hash = this.hashed(`${authority} ${id}`, offset, octets);
    if (grown.received < length) {
      if (!(await this.store.grew(authority, offset, grown))) throw wrong;
      return viewOf(grown);
    }
    this.running.delete(`${authority} ${id}`);
    const sha256 = hash === undefined ? await this.digest(sealed, length) : hash.digest('base64url');
    if (detail.sha256 !== undefined && detail.sha256 !== sha256) {
      // All of it comes anew: which of the parts is the wrong one nobody can say.
      await this.store.grew(authority, offset, { ...upload, received: 0 });
      throw invalid('sha256', 'other-digest');
    }
    const whole = { ...grown, detail: { ...detail, sha256 } };
    if (!(await this.store.grew(authority, offset, whole))) throw wrong;
    return viewOf(whole);
  }

  private async of(authority: string, id: string): Promise<StoredUpload> {
    const upload = await this.store.upload(authority, id);
    if (upload === undefined) throw new GatewayError('NOT_FOUND');
    return upload;
  }

  /** @returns the digest's state when every part so far went through here, in order */
  private hashed(name: string, offset: number, octets: Uint8Array): Hash | undefined {
    if (offset === 0) {
      const [oldest] = this.running.keys();
      if (oldest !== undefined && this.running.size >= MOST_RUNNING) this.running.delete(oldest);
      this.running.set(name, { hash: createHash('sha256'), at: 0 });
    }
    const state = this.running.get(name);
    if (state?.at !== offset) {
      this.running.delete(name);
      return undefined;
    }
    state.hash.update(octets);
    state.at += octets.length;
    return state.hash;
  }

  private async digest(upload: Parameters<AttachmentFiles['plaintext']>[0], length: number): Promise<string> {
    const hash = createHash('sha256');
    for await (const octets of this.files.plaintext(upload, Math.ceil(length / PART_BYTES))) hash.update(octets);
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
