import { createHash } from 'node:crypto';
import type { AttachedDto } from '#contracts';
import { KEY_BYTES, MAX_ATTACHMENT_BYTES, SALT_BYTES, SUITE, attachmentContext, encryptChunks } from '#envelope';
import type { DocumentAttachment, Manifest, ManifestAttachment } from '#envelope';
import type { AttachmentFiles } from '../attachments/attachment-files.js';
import { GatewayError } from '../domain/errors.js';
import type { AttachmentStore, OutgoingAttachment } from './ports/attachment.js';
import type { NewId } from './ports/time-and-ids.js';
import { partBytesOf } from './take-attachment.js';

export interface SealedAttachment {
  readonly inside: DocumentAttachment;
  readonly outside: ManifestAttachment;
  readonly outgoing: OutgoingAttachment;
}
type Parties = Pick<Manifest, 'env' | 'sender' | 'recipient' | 'messageId'>;

/** Encrypts attachments for one recipient. The ciphertext is made to be measured, and made again, the same, when it leaves: nothing of it lies on disk. */
export class SealAttachments {
  constructor(
    private readonly store: AttachmentStore,
    private readonly files: AttachmentFiles,
    private readonly random: (size: number) => Uint8Array,
    private readonly newId: NewId,
  ) {}

  /** @throws {GatewayError} ATTACHMENT_MISSING, TOO_LARGE */
  async seal(attached: readonly AttachedDto[], parties: Parties): Promise<readonly SealedAttachment[]> {
    const sealed: SealedAttachment[] = [];
    for (const { id, items } of attached) sealed.push(await this.one(id, items, parties));
    const total = sealed.reduce((sum, { inside }) => sum + inside.length, 0);
    if (total > MAX_ATTACHMENT_BYTES) throw new GatewayError('TOO_LARGE');
    return sealed;
  }

  /** The ciphertext of one, as it was measured. */
  async *ciphertext(
    { uploadId, id, secret }: OutgoingAttachment,
    parties: Parties,
  ): AsyncGenerator<Buffer, void, undefined> {
    const upload = await this.store.upload(parties.sender, uploadId);
    if (upload === undefined) throw new GatewayError('ATTACHMENT_MISSING');
    const { length, detail } = upload;
    const source = { authority: parties.sender, id: uploadId, key: Buffer.from(detail.key, 'base64url') };
    const key = Buffer.from(secret.key, 'base64url');
    const salt = Buffer.from(secret.salt, 'base64url');
    const plaintext = this.files.plaintext(source, Math.ceil(length / partBytesOf(upload)));
    yield* encryptChunks(plaintext, { key, salt, context: attachmentContext(parties, id) });
  }

  private async one(uploadId: string, items: readonly string[], parties: Parties): Promise<SealedAttachment> {
    const upload = await this.store.upload(parties.sender, uploadId);
    const sha256 = upload?.detail.sha256;
    if (upload === undefined || upload.received !== upload.length || sha256 === undefined)
      throw new GatewayError('ATTACHMENT_MISSING', { faults: [{ path: 'attachments', code: 'not-uploaded' }] });
    const { length, detail } = upload;
    const { name, mediaType, malware } = detail;
    const id = this.newId();
    const [key, salt] = [this.fresh(KEY_BYTES), this.fresh(SALT_BYTES)];
    const draft: OutgoingAttachment = { id, uploadId, secret: { key, salt }, sha256: '', length: 0 };
    const hash = createHash('sha256');
    let octets = 0;
    for await (const piece of this.ciphertext(draft, parties)) {
      hash.update(piece);
      octets += piece.length;
    }
    const outgoing = { ...draft, sha256: hash.digest('base64url'), length: octets };
    return {
      inside: { id, name, mediaType, length, sha256, key, items, malware },
      outside: { id, sha256: outgoing.sha256, length: octets, suite: SUITE, items, malware: malware.finding },
      outgoing,
    };
  }

  private fresh(size: number): string {
    return Buffer.from(this.random(size)).toString('base64url');
  }
}
