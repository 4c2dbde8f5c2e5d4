import { parseRefusal, sha256Base64url, signedDigest, verifyRefusal } from '#envelope';
import { claimInbox, inboxHolds } from '#messaging';
import type { RefusalReportedV1 } from '#contracts';
import type { DataSource } from 'typeorm';
import { entries } from '../persistence/entry.store.js';
import { schema } from '../persistence/index.js';
import type { Recorder } from './recorder.js';
import { publishedBy, readable } from './sender.js';
import type { EstablishSender } from './sender.js';

/** Takes into the log that a gateway stopped a message itself: claims and codes, nothing was sent. */
export class TakeRefusal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly senders: EstablishSender,
    private readonly recorder: Recorder,
    private readonly now: () => Date,
  ) {}

  /** @throws {SetAside | NotYet} */
  async execute(
    message: RefusalReportedV1,
    account: string,
  ): Promise<{ readonly messageId: string; readonly outcome: 'taken' | 'known' }> {
    const { refusal, kid } = readable('refusal-unreadable', () => parseRefusal(message.refusal));
    const { env, gateway, sender, recipient, messageId, refusalId } = refusal;
    const id = `${sender} ${refusalId}`;
    const digest = signedDigest(message.refusal);
    if (publishedBy(gateway, account) && (await inboxHolds(this.dataSource.manager, schema, 'refusal', id, digest))) {
      return { messageId, outcome: 'known' };
    }
    const at = this.now();
    const snapshot = await this.senders.establish(
      { kid, env, gateway, authority: sender, at },
      account,
      { key: 'refusal-key', signature: 'refusal-signature' },
      (key) => verifyRefusal(message.refusal, key),
    );
    const outcome = await this.dataSource.transaction(async (tx) => {
      if (!(await claimInbox(tx, schema, 'refusal', id, digest))) return 'known';
      const number = await entries.nextNumber(tx, sender);
      const statementSha256 = sha256Base64url(message.refusal);
      const body = { kind: 'refusal-recorded' as const, messageId, sender, recipient, statementSha256, number };
      await this.recorder.notice(tx, gateway, body, snapshot, at, { statement: message.refusal });
      return 'taken';
    });
    return { messageId, outcome };
  }
}
