import type { AttachmentFiles } from '../attachments/attachment-files.js';
import type { AttachmentStore } from './ports/attachment.js';
import type { Now } from './ports/time-and-ids.js';

/** Deletes files that nobody needs any more: what is left of one without its row cannot be opened, for the key stood there. */
export class ExpireAttachments {
  constructor(
    private readonly store: AttachmentStore,
    private readonly files: AttachmentFiles,
    private readonly now: Now,
  ) {}

  /** @returns how many uploads */
  async execute(authority: string): Promise<number> {
    const expired = await this.store.expire(authority, this.now());
    for (const id of expired) await this.files.dropUpload(authority, id);
    return expired.length;
  }

  /** After a message was erased: what was received with it, and what was sent with it and with no other that is on its way. */
  async erased(authority: string, messageId: string): Promise<void> {
    await this.files.dropReceived(authority, messageId);
    await this.execute(authority);
  }
}
