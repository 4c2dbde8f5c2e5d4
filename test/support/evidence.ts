import { createHash } from 'node:crypto';
import { verifyProven } from '#client';
import type { MessageView, ProvenStatement } from '#contracts';
import {
  parseDecision,
  parseNotice,
  parseReceipt,
  sha256Base64url,
  verifyDecision,
  verifyNotice,
  verifyReceipt,
} from '#envelope';
import type { Decision, KeysHead, Notice, Receipt } from '#envelope';
import { KeysFeed } from '#snapshot';
import type { KeyRecord, KeysLog, KeysSource, Trust } from '#snapshot';
import { nodeVerifyEd25519 } from '#tlog/build';
import type { TestStack } from './stack.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** Where an entry stands in the disclosure log, and the size of the checkpoint that proves it. */
export interface Place {
  readonly index: bigint;
  readonly size: bigint;
}

/** An auditor with trust.json and a copy of the `keys` log: believes nothing that a party or the operator says. */
export class Auditor {
  private constructor(
    private readonly trust: Trust,
    private readonly keys: KeysLog,
  ) {}

  static async of(delge: TestStack): Promise<Auditor> {
    const log = `${delge.stack.url('ledger')}/log/v1/keys`;
    const source: KeysSource = {
      checkpoint: async () => (await fetch(`${log}/checkpoint`)).text(),
      entries: async (from, to) => {
        const page = to - from > 500n ? from + 500n : to;
        const { entries } = (await (await fetch(`${log}/entries?from=${from}&to=${page}`)).json()) as {
          readonly entries: readonly { readonly data: string }[];
        };
        return entries.map(({ data }) => Buffer.from(data, 'base64url'));
      },
    };
    const { trust } = delge.sandbox;
    const feed = new KeysFeed(source, trust, { sha256, verifyEd25519: nodeVerifyEd25519 }, () => new Date());
    await feed.refresh();
    const newest = feed.newest();
    if (newest === undefined) throw new Error('the keys log has no checkpoint');
    return new Auditor(trust, newest.log);
  }

  /** @throws when the entry is not in the log under a signed checkpoint */
  place({ entry, blind = '', proof = '' }: ProvenStatement): Place {
    return verifyProven({ entry, blind, proof }, this.trust.logs.disclosure);
  }

  /** @throws when a decision key of the exchange, live at the size that the decision names, did not sign it */
  async decision(entry: string): Promise<Decision> {
    const { kid, decision } = parseDecision(entry);
    return verifyDecision(entry, this.key(kid, decision.keys, 'exchange').public);
  }
  async notice(entry: string): Promise<Notice> {
    const { kid, notice } = parseNotice(entry);
    return verifyNotice(entry, this.key(kid, notice.keys, 'exchange').public);
  }

  /**
   * Everything that a sender holds of one message: signatures, digests, places in the log.
   * @throws when anything does not verify
   */
  async message(message: MessageView): Promise<{
    readonly decision: Decision;
    readonly receipts: readonly Receipt[];
    readonly places: readonly Place[];
  }> {
    if (message.decision === undefined) throw new Error(`${message.messageId} has no decision`);
    const decision = await this.decision(message.decision.entry);
    const receipts: Receipt[] = [];
    for (const { entry, statement = '' } of message.receipts) {
      const notice = await this.notice(entry);
      if (notice.statementSha256 !== sha256Base64url(statement)) throw new Error('another statement was logged');
      const { kid, receipt } = parseReceipt(statement);
      receipts.push(await verifyReceipt(statement, this.key(kid, notice.keys, `gateway:${receipt.gateway}`).public));
    }
    for (const { entry } of message.notices) await this.notice(entry);
    const statements = [message.decision, ...message.receipts, ...message.notices];
    return { decision, receipts, places: statements.map((statement) => this.place(statement)) };
  }

  private key(kid: string, { size, root }: KeysHead, holder: string): KeyRecord {
    const snapshot = this.keys.at(BigInt(size));
    const key = snapshot.key(kid);
    const use = holder === 'exchange' ? 'decision' : 'manifest';
    if (snapshot.rootBase64 !== root || key?.holder !== holder || key.use !== use) {
      throw new Error(`${kid} was not a ${use} key of ${holder} at ${size}`);
    }
    return key;
  }
}
