import { PART_BYTES } from '#contracts';
import { isStoreFailure } from '#persistence';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { BlobClient } from '../attachments/blob-client.js';
import { ExchangeAway } from '../domain/errors.js';
import type { AttachmentStore, WaitingAttachment } from './ports/attachment.js';
import type { SealAttachments } from './seal-attachments.js';

const IDLE_MS = 5_000;

/** Brings the ciphertexts of accepted messages to the exchange; a message leaves when all of its are there. What breaks off goes on where it was. */
export class CarryAttachments extends Loop {
  constructor(
    private readonly store: AttachmentStore,
    private readonly sealing: SealAttachments,
    private readonly exchange: BlobClient,
    private readonly environment: string,
    private readonly authorities: () => readonly string[],
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    let carried = 0;
    try {
      for (const authority of this.authorities())
        for (const waiting of await this.store.waiting(authority)) {
          if (this.stopping.aborted) return 0;
          if (await this.tried(authority, waiting)) carried += 1;
        }
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('attachment.waits', { code: 'store' });
      else this.log.failure('attachment.carry-failed', error);
    }
    return carried > 0 ? 0 : IDLE_MS;
  }

  /** One that cannot leave keeps none of the others. */
  private async tried(authority: string, waiting: WaitingAttachment): Promise<boolean> {
    const { messageId, id } = waiting;
    try {
      await this.carry(authority, waiting);
      await this.store.carried(authority, messageId, id);
      this.log.info('attachment.carried', { messageId, attachmentId: id });
      return true;
    } catch (error) {
      if (error instanceof ExchangeAway)
        this.log.warn('attachment.waits', { messageId, attachmentId: id, code: String(error.status ?? 'away') });
      else if (isStoreFailure(error)) throw error;
      else this.log.failure('attachment.carry-failed', error, { messageId, attachmentId: id });
      return false;
    }
  }

  private async carry(sender: string, waiting: WaitingAttachment): Promise<void> {
    const { id, messageId, recipient, sha256, length } = waiting;
    const from = await this.exchange.announce({ id, sender, messageId, sha256, length });
    if (from === length) return;
    const parties = { env: this.environment, sender, recipient, messageId };
    let at = 0;
    for await (const part of inParts(this.sealing.ciphertext(waiting, parties))) {
      if (at >= from) await this.exchange.append(id, at, part);
      at += part.length;
    }
  }
}

async function* inParts(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of octets) {
    held.push(piece);
    length += piece.length;
    while (length >= PART_BYTES) {
      const all = Buffer.concat(held);
      yield all.subarray(0, PART_BYTES);
      held = [all.subarray(PART_BYTES)];
      length -= PART_BYTES;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
