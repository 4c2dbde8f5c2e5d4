import { randomUUID } from 'node:crypto';
import { verifyProven } from '#client';
import { parseMessageDecidedV1, parseMessageSubmittedV1, parseNoticeIssuedV1 } from '#contracts';
import type { MessageSubmittedV1 } from '#contracts';
import { parseDecision, parseManifest, parseNotice, signManifest, verifyDecision, verifyNotice } from '#envelope';
import type { Decision, Manifest, Notice, Signer } from '#envelope';
import { IN_EXCHANGE, OUT_EXCHANGE, gatewayDeliveryKey, gatewayRoutingKey } from '#messaging';
import { Publisher, Tap } from './broker.js';
import type { Parties } from './parties.js';
import { eventually, permitted } from './stack.js';
import type { TestStack } from './stack.js';

const SETTLED_MS = 60_000;

/** A message, and the id under which it goes. */
export type Made = MessageSubmittedV1 & { readonly messageId: string };
/** Genuine: what a false gateway starts from. */
export interface Model extends MessageSubmittedV1 {
  readonly messageId: string;
  readonly decision: Decision;
}
export interface Aside {
  readonly reason: string;
  readonly gateway: string | null;
  /** Verified: signed by the exchange, and logged. */
  readonly notice?: Notice;
}

/** Publishes with a gateway's account and keys what the gateway's software would not, and hears what the exchange tells that gateway. */
export class FalseGateway {
  private constructor(
    private readonly delge: TestStack,
    private readonly parties: Parties,
    readonly id: string,
    readonly signer: Signer,
    private readonly publisher: Publisher,
    private readonly told: Tap,
  ) {}

  static async of(delge: TestStack, parties: Parties, id: string): Promise<FalseGateway> {
    const told = await Tap.on(delge, OUT_EXCHANGE, gatewayDeliveryKey(id));
    return new FalseGateway(delge, parties, id, await parties.gateway(id), await Publisher.as(delge, id), told);
  }

  async close(): Promise<void> {
    await this.publisher.close();
    await this.told.close();
  }

  /** A referral as its system sends it, when it has reached its recipient. */
  async genuine(): Promise<Model> {
    const sent = await Tap.on(this.delge, IN_EXCHANGE, gatewayRoutingKey(this.id));
    const { system, referral } = permitted();
    await this.delge.sandbox.client(system).submit(referral);
    const [message] = await this.delge.settled(system, referral.id, ['fetched'], SETTLED_MS);
    const messageId = message?.messageId ?? '';
    const submitted = await sent.next('a submission', ({ type, body }) => {
      if (type !== 'message.submitted.v1') return undefined;
      const found = parseMessageSubmittedV1(body);
      return parseManifest(found.manifest).manifest.messageId === messageId ? found : undefined;
    });
    await sent.close();
    return { ...submitted, messageId, decision: parseDecision(message?.decision?.entry ?? '').decision };
  }

  /** The model under an id of its own, signed anew. */
  async made(model: Model, change: Partial<Manifest> = {}, signer = this.signer): Promise<Made> {
    const manifest = { ...parseManifest(model.manifest).manifest, messageId: randomUUID(), ...change };
    return { manifest: await signManifest(signer, manifest), jwe: model.jwe, messageId: manifest.messageId };
  }

  async send({ manifest, jwe }: MessageSubmittedV1): Promise<void> {
    await this.publish('message.submitted.v1', { manifest, jwe });
  }
  async publish(
    type: string | undefined,
    body: Buffer | object,
    properties?: Parameters<Publisher['publish']>[4],
  ): Promise<void> {
    await this.publisher.publish(IN_EXCHANGE, gatewayRoutingKey(this.id), type, body, properties);
  }

  /** The decision on it that the exchange told, verified: signed and logged. */
  async decided(messageId: string): Promise<Decision> {
    const {
      decision: entry,
      blind,
      proof,
    } = await this.told.next(`a decision on ${messageId}`, ({ type, body }) => {
      if (type !== 'message.decided.v1') return undefined;
      const decided = parseMessageDecidedV1(body);
      return decided.messageId === messageId ? decided : undefined;
    });
    verifyProven({ entry, blind, proof }, this.delge.sandbox.trust.logs.disclosure);
    return verifyDecision(entry, await this.parties.exchangeKey());
  }

  /** The notice that was told, verified, of which this is so. */
  async noticed(what: string, is: (notice: Notice) => boolean): Promise<Notice> {
    const issued = await this.told.next(what, ({ type, body }) => {
      if (type !== 'notice.issued.v1') return undefined;
      const found = parseNoticeIssuedV1(body);
      return is(parseNotice(found.notice).notice) ? found : undefined;
    });
    const { notice: entry, blind = '', proof = '' } = issued;
    verifyProven({ entry, blind, proof }, this.delge.sandbox.trust.logs.disclosure);
    return verifyNotice(entry, await this.parties.exchangeKey());
  }

  /** Where this body was set aside, and what was told about it. */
  async aside(body: Buffer | object): Promise<Aside> {
    const bytes = body instanceof Buffer ? body : Buffer.from(JSON.stringify(body));
    const { reason, gateway, at } = await eventually('set aside', SETTLED_MS, async () => {
      const rows = await this.delge.sql<{ reason: string; gateway: string | null; at: Date }>(
        'operator',
        `SELECT reason, gateway, at FROM exchange.quarantine WHERE body = $1 ORDER BY at DESC`,
        [bytes],
      );
      return rows[0];
    });
    if (gateway === null) return { reason, gateway };
    const instant = at.toISOString();
    const isOf = (notice: Notice): boolean => notice.at === instant && notice.reason === reason;
    return { reason, gateway, notice: await this.noticed(`a notice of ${reason}`, isOf) };
  }
}
