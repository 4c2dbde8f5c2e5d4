import { parseRecordedDisclosure, sha256Base64url, signedDigest, verifyRecordedDisclosure } from '#envelope';
import { claimInbox, inboxHolds } from '#messaging';
import { SKEW_MS } from '#replay';
import type { DisclosureRecordedV1 } from '#contracts';
import type { Snapshot } from '#snapshot';
import type { DataSource } from 'typeorm';
import { SetAside } from '../domain/errors.js';
import { entries } from '../persistence/entry.store.js';
import { schema } from '../persistence/index.js';
import type { Recorder } from './recorder.js';
import { publishedBy, readable } from './sender.js';
import type { EstablishSender } from './sender.js';

/** Takes into the log that an authority made a disclosure outside Delge, whatever its verdict: it has happened, and nobody is sent anything of it. */
export class TakeRecordedDisclosure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly senders: EstablishSender,
    private readonly recorder: Recorder,
    private readonly now: () => Date,
  ) {}

  /** @throws {SetAside | NotYet} @throws {QuarantineError} `id-reuse`: another statement of the same record was taken */
  async execute(
    { recorded: text }: DisclosureRecordedV1,
    account: string,
  ): Promise<{ readonly messageId: string; readonly outcome: 'taken' | 'known' }> {
    const { recorded, kid } = readable('recorded-unreadable', () => parseRecordedDisclosure(text));
    const { env, gateway, sender, recipient, messageId } = recorded;
    const id = `${sender} ${messageId}`;
    const digest = signedDigest(text);
    const { manager } = this.dataSource;
    if (publishedBy(gateway, account) && (await inboxHolds(manager, schema, 'recorded-disclosure', id, digest))) {
      return { messageId, outcome: 'known' };
    }
    const at = this.now();
    const isKnown = ({ size }: Snapshot): boolean => BigInt(recorded.keys.size) <= size;
    const snapshot = await this.senders.establish(
      { kid, env, gateway, authority: sender, at, isKnown },
      account,
      { key: 'recorded-key', signature: 'recorded-signature' },
      (key) => verifyRecordedDisclosure(text, key),
    );
    // The law is that of a day and a keys log that its gateway names: neither may be one that has not come.
    if (Date.parse(recorded.at) > at.getTime() + SKEW_MS || !isKnown(snapshot)) throw new SetAside('recorded-ahead');
    const outcome = await this.dataSource.transaction(async (tx) => {
      if (!(await claimInbox(tx, schema, 'recorded-disclosure', id, digest))) return 'known';
      const number = await entries.nextNumber(tx, sender);
      const statementSha256 = sha256Base64url(text);
      const body = { kind: 'disclosure-recorded' as const, messageId, sender, recipient, statementSha256, number };
      await this.recorder.notice(tx, gateway, body, snapshot, at, { statement: text });
      return 'taken';
    });
    return { messageId, outcome };
  }
}
