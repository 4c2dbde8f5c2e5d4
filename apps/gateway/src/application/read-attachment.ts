import { attachmentContext, decryptChunks, parseManifest } from '#envelope';
import type { DocumentAttachment } from '#envelope';
import type { AttachmentFiles } from '../attachments/attachment-files.js';
import { GatewayError } from '../domain/errors.js';
import type { DeliveryStore } from './ports/delivery.js';

/** Gives a recipient's system an attachment of a delivery that it has. */
export class ReadAttachment {
  constructor(
    private readonly store: DeliveryStore,
    private readonly files: AttachmentFiles,
  ) {}

  /** @throws {GatewayError} NOT_FOUND, ERASED */
  async execute(
    authority: string,
    messageId: string,
    id: string,
  ): Promise<{ readonly attachment: DocumentAttachment; readonly octets: AsyncIterable<Uint8Array> }> {
    const delivery = await this.store.find(authority, messageId);
    const attachment = delivery?.detail.attachments?.find((one) => one.id === id);
    if (delivery === undefined || attachment === undefined) throw new GatewayError('NOT_FOUND');
    const ciphertext = await this.files.kept({ authority, messageId, attempt: delivery.attempt, id });
    if (ciphertext === undefined) throw new GatewayError('NOT_FOUND');
    const context = attachmentContext(parseManifest(delivery.detail.manifest).manifest, id);
    const key = Buffer.from(attachment.key, 'base64url');
    return { attachment, octets: decryptChunks(ciphertext, { key, context }) };
  }
}
