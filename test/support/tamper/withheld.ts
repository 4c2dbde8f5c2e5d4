import { randomBytes, randomUUID } from 'node:crypto';
import { verifyProven } from '#client';
import { parseDeliveryReleasedV1, parseReceiptSignedV1 } from '#contracts';
import type { DeliveryReleasedV1 } from '#contracts';
import { parseDecision, parseManifest, parseReceipt } from '#envelope';
import type { Decision } from '#envelope';
import { IN_EXCHANGE, OUT_EXCHANGE, gatewayDeliveryKey, gatewayRoutingKey } from '#messaging';
import { Interception, Tap } from '../broker.js';
import { eventually, permitted, problemOf } from '../stack.js';
import type { TestStack } from '../stack.js';

const SETTLED_MS = 60_000;
const RECIPIENT = 'myndigheterna';

/** An entry of the log with what proves it. */
export interface Proven {
  readonly entry: string;
  readonly blind: string;
  readonly proof: string;
}

/** One genuine delivery held back before its recipient, so that others can be put in its place. */
export class Withheld {
  /** Receipts that were answered to something put in so far. */
  private answered = 0;

  private constructor(
    private readonly delge: TestStack,
    private readonly between: Interception,
    private readonly receipts: Tap,
    readonly released: DeliveryReleasedV1,
    readonly recipient: string,
  ) {}

  static async of(delge: TestStack): Promise<Withheld> {
    const between = await Interception.of(delge, RECIPIENT);
    const receipts = await Tap.on(delge, IN_EXCHANGE, gatewayRoutingKey(RECIPIENT));
    const { system, recipient, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const released = await between.tap.next('a delivery', ({ type, body }) =>
      type === 'delivery.released.v1' ? parseDeliveryReleasedV1(body) : undefined,
    );
    return new Withheld(delge, between, receipts, released, recipient);
  }

  async end(): Promise<void> {
    await this.between.end();
    await this.receipts.close();
  }

  get decision(): Decision {
    return parseDecision(this.released.decision).decision;
  }
  get messageId(): string {
    return parseManifest(this.released.manifest).manifest.messageId;
  }

  /** Waits for the log's proof of what was put into it under that id. @returns undefined when it never gets one the reader can take */
  async proven(
    ledger: { get(path: string): Promise<Uint8Array | undefined> },
    entryId: string,
    entry: string,
    blind: Buffer,
  ): Promise<Proven> {
    const proof = await eventually('a proof', SETTLED_MS, async () => {
      const found = await ledger.get(`/log/v1/disclosure/proof/${entryId}`);
      return found === undefined ? undefined : Buffer.from(found).toString('utf8');
    });
    const proven = { entry, blind: blind.toString('base64url'), proof };
    // The log gives order and permanence, not authority: it stands there.
    verifyProven(proven, this.delge.sandbox.trust.logs.disclosure);
    return proven;
  }

  /** Hands the recipient's gateway the sealed document with this decision. @returns how it answered: reason of a rejection, or of being set aside */
  async handOver({ entry, blind, proof }: Proven): Promise<string> {
    return this.put({ ...this.released, decision: entry, blind, proof });
  }

  /** The genuine one. */
  async letThrough(): Promise<void> {
    await this.between.put('delivery.released.v1', this.released);
    await eventually('fetched', SETTLED_MS, async () =>
      (await problemOf(this.delge.sandbox.client(this.recipient).delivery(this.messageId))) === 'none'
        ? true
        : undefined,
    );
    await this.next();
  }

  /** Whether its recipient's system can read the document. */
  async isReadable(): Promise<boolean> {
    return (await problemOf(this.delge.sandbox.client(this.recipient).delivery(this.messageId))) === 'none';
  }

  /** Puts a delivery into the recipient's queue. @returns the reason for which the gateway refused it */
  async put(delivery: DeliveryReleasedV1): Promise<string> {
    await this.between.put('delivery.released.v1', delivery);
    const { kind, reason = kind } = await this.next();
    return reason;
  }

  /** The same put into the exchange's outbox, so that the exchange itself sends it. */
  outboxSql(delivery: DeliveryReleasedV1): string {
    const body = Buffer.from(JSON.stringify(delivery)).toString('hex');
    return `INSERT INTO exchange.outbox (id, exchange, routing_key, type, body)
       VALUES ('${randomUUID()}', '${OUT_EXCHANGE}', '${gatewayDeliveryKey(RECIPIENT)}', 'delivery.released.v1', '\\x${body}')`;
  }
  /** Waits for what the exchange sends itself, and lets that through. @returns the reason for which the gateway refused it */
  async passOn(sent: DeliveryReleasedV1): Promise<string> {
    await this.between.tap.next('what was put in the outbox', ({ type, body }) => {
      if (type !== 'delivery.released.v1') return undefined;
      const { decision, proof } = parseDeliveryReleasedV1(body);
      return decision === sent.decision && proof === sent.proof ? true : undefined;
    });
    return this.put(sent);
  }
  /** To a gateway that has taken the message: it answers nothing. */
  async handOverAgain({ entry, blind, proof }: Proven): Promise<void> {
    await this.between.put('delivery.released.v1', { ...this.released, decision: entry, blind, proof });
  }
  /** The answer of the recipient's gateway to what came last. */
  private async next(): Promise<{ readonly kind: string; readonly reason?: string }> {
    return eventually('an answer', SETTLED_MS, () => {
      const answers = this.receipts.seen
        .filter(({ type }) => type === 'receipt.signed.v1')
        .map(({ body }) => parseReceipt(parseReceiptSignedV1(body).receipt).receipt);
      const found = answers[this.answered];
      if (found !== undefined) this.answered += 1;
      return Promise.resolve(found as { readonly kind: string; readonly reason?: string } | undefined);
    });
  }
}

/** SQL that puts an entry into the table from which the ledger takes what becomes leaves. */
export const pendingSql = (entryId: string, entry: string, blind: Buffer, annex: string): string =>
  `INSERT INTO ledger.pending (log, entry_id, entry, blind, annex) VALUES ('disclosure', '${entryId}', '${entry}', '\\x${blind.toString('hex')}', '${annex}')`;
export const aBlind = (): Buffer => randomBytes(32);
