import type { DeliveryReleasedV1 } from '#contracts';
import { parseDecision, parseManifest, sha256Base64url, signDecision, signManifest } from '#envelope';
import type { Decision, Manifest, Signer } from '#envelope';
import { DisclosureLog } from '#testing';
import type { NoteSigner } from '#tlog/build';
import type { Parties } from './parties.js';

/** Makes deliveries that differ from a genuine one in one thing, with whatever keys that takes. */
export class Forger {
  private constructor(
    readonly parties: Parties,
    private readonly exchange: Signer,
    private readonly sender: Signer,
  ) {}

  /** @param gateway the sender's */
  static async create(parties: Parties, gateway: string): Promise<Forger> {
    return new Forger(parties, await parties.exchange(), await parties.gateway(gateway));
  }

  /** A log of its own, under these keys, that has the entry in it. */
  async logged(
    entry: string,
    signer: NoteSigner,
    witnesses = this.parties.witnesses(),
  ): Promise<Pick<DeliveryReleasedV1, 'blind' | 'proof'>> {
    const log = new DisclosureLog(signer, witnesses);
    await log.fill(5);
    const { blind, proof } = await log.append(entry);
    return { blind, proof };
  }

  /** The decision said otherwise or by another, and proven as only the log's own key and its witnesses together could. */
  async decided(
    delivery: DeliveryReleasedV1,
    change: (decision: Decision) => Decision,
    signer = this.exchange,
  ): Promise<DeliveryReleasedV1> {
    const decision = await signDecision(signer, change(parseDecision(delivery.decision).decision));
    return { ...delivery, decision, ...(await this.logged(decision, this.parties.log())) };
  }

  /** Another manifest, and a decision of the exchange on that one. */
  async manifested(
    delivery: DeliveryReleasedV1,
    change: (manifest: Manifest) => Manifest,
    signer = this.sender,
  ): Promise<DeliveryReleasedV1> {
    const changed = change(parseManifest(delivery.manifest).manifest);
    const manifest = await signManifest(signer, changed);
    const { sender, recipient, messageId } = changed;
    const about = { sender, recipient, messageId, manifestSha256: sha256Base64url(manifest) };
    return this.decided({ ...delivery, manifest }, (decision) => ({ ...decision, ...about }));
  }
}

/** One character of a text made another, at this part of the way. */
export const touched = (text: string, part: number): string => {
  const at = Math.floor(text.length * part);
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
};

/** A signed token whose payload was changed, and its signature not. */
export const repainted = (jws: string, change: (payload: Record<string, unknown>) => object): string => {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  return `${header}.${Buffer.from(JSON.stringify(change(value))).toString('base64url')}.${signature}`;
};
