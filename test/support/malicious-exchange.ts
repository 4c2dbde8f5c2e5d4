import type { DeliveryReleasedV1, MessageSubmittedV1, ReceiptRecordedV1 } from '#contracts';
import {
  generateKey,
  localSigner,
  parseDecision,
  parseManifest,
  parseReceipt,
  signManifest,
  signReceipt,
} from '#envelope';
import type { Decision, Manifest, PrivateKey, Receipt, Signer } from '#envelope';
import { publicJwk } from '#testing';
import type { Sealed, TestExchange, World } from '#testing';

/** What an exchange has when it signs: the keys log at one size. */
export type KeysHead = Decision['keys'];

/**
 * An exchange that turned against those who use it. It has all that the operator has: the decision key, the log and its signer, the queues, every manifest and sealed
 * document that passed through. It has no participant's key, no jurist's, and no operator's second person.
 */
export class MaliciousExchange {
  constructor(
    readonly world: World,
    readonly honest: TestExchange,
  ) {}

  /** A permit, properly signed, logged and proven, for what the law stops. */
  permits(submitted: MessageSubmittedV1, verdict: object): Promise<DeliveryReleasedV1> {
    return this.decides(submitted, (decision) => ({ ...decision, outcome: 'permit', verdict }));
  }

  /** A decision with whatever in it, properly signed, logged and proven. */
  decides(submitted: MessageSubmittedV1, change: (decision: Decision) => Decision): Promise<DeliveryReleasedV1> {
    return this.honest.release(submitted, { change });
  }

  /** A delivery that nothing was decided on. */
  undecided({ manifest, jwe }: MessageSubmittedV1): DeliveryReleasedV1 {
    return { manifest, jwe, decision: 'e30.e30.e30', blind: '', proof: '', deliveryNumber: 1 };
  }

  /** Rewrites the manifest, and signs it with what keys it has. */
  async rewrites(submitted: MessageSubmittedV1, change: (manifest: Manifest) => Manifest, signer = this.ownSigner) {
    const { manifest } = parseManifest(submitted.manifest);
    return { ...submitted, manifest: await signManifest(signer, change(manifest)) };
  }

  /** A receipt that no gateway signed, taken into the log. */
  async receipts(sealed: Sealed, receipt: Receipt, signer: Signer = this.ownSigner): Promise<ReceiptRecordedV1> {
    const { messageId, attempt, sender, recipient } = parseManifest(sealed.manifest).manifest;
    return this.honest.recorded({ messageId, attempt, sender, recipient }, await signReceipt(signer, receipt));
  }

  /** A genuine receipt, with something else in it. */
  async editsReceipt(sealed: Sealed, text: string, change: Partial<Receipt>): Promise<ReceiptRecordedV1> {
    const { messageId, attempt, sender, recipient } = parseManifest(sealed.manifest).manifest;
    const [header = '', , signature = ''] = text.split('.');
    const payload = Buffer.from(JSON.stringify({ ...parseReceipt(text).receipt, ...change })).toString('base64url');
    return this.honest.recorded({ messageId, attempt, sender, recipient }, `${header}.${payload}.${signature}`);
  }

  /** What the exchange names when it goes on as if the keys log had ended here. */
  headAt(size: bigint): KeysHead {
    return { size: size.toString(), root: this.world.at(size).rootBase64 };
  }

  /** Its own key in the place of the recipient's, in a keys log of its own making: it holds the log's key, and no person's. */
  async substitutesSealingKey(recipient: string): Promise<PrivateKey> {
    const own = await generateKey('sealing');
    const administrator = await generateKey('administrator');
    await this.world.state(
      { kind: 'key-added', holder: recipient, use: 'sealing', key: publicJwk(own) },
      administrator,
    );
    return own;
  }

  private get ownSigner(): Signer {
    return localSigner(this.world.keys.decision);
  }
}

export const verdictOf = (delivery: DeliveryReleasedV1): object => parseDecision(delivery.decision).decision.verdict;
