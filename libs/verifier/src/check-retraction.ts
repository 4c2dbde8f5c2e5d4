import { EnvelopeError, parseRetraction, signedBy } from '#envelope';
import type { Notice } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { Fact } from './facts.js';
import { manifestKey } from './holders.js';
import { attempt } from './say.js';
import type { Say } from './say.js';

type OfRetraction = Fact & { readonly kind: 'retraction' };
type OfReceipt = Fact & { readonly kind: 'receipt' };

/** The retraction that a notice takes into the log: the sender's, about the same message, under a key live then. */
export const retractionIn = (
  notice: Notice,
  text: string,
  snapshot: Snapshot | undefined,
  say: Say,
): OfRetraction['retraction'] => {
  const parsed = attempt(
    () => parseRetraction(text),
    EnvelopeError,
    (why) => say('annex-malformed', { why }),
  );
  if (parsed === undefined) return undefined;
  const { retraction, kid } = parsed;
  const { messageId, attempt: number, sender, recipient, env, gateway, retractionId, decisionEntryId } = retraction;
  const same =
    messageId === notice.messageId &&
    number === notice.attempt &&
    sender === notice.sender &&
    recipient === notice.recipient &&
    env === notice.env;
  if (!same) say('annex-binding');
  if (snapshot !== undefined) {
    const hosted = snapshot.authority(sender)?.gateway === gateway;
    const key = hosted ? manifestKey(snapshot.on(new Date(notice.at)).key(kid), gateway) : undefined;
    if (key === undefined) say('annex-key');
    else if (!signedBy(text, key)) say('annex-signature');
  }
  const { jweSha256, reason } = retraction;
  return { id: retractionId, jweSha256, reason, ...(decisionEntryId === undefined ? {} : { decisionEntryId }) };
};

/** What retractions, their messages and what recipients answer say together. */
export class RetractionsTogether {
  /** By attempt; the id, when the retraction could be read. */
  private readonly given = new Map<string, string | undefined>();
  /** What lacks the entry that it is about. */
  private readonly lacking: { readonly fact: OfRetraction | OfReceipt; readonly say: () => void }[] = [];

  /**
   * @param key of the attempt
   * @param bound whether it is of the decision that stands for the attempt; undefined: none was taken
   * @param whole whether all about the attempt is among what is taken, what was erased apart
   */
  take(key: string, fact: OfRetraction, bound: boolean | undefined, whole: boolean, say: Say): void {
    this.given.set(key, fact.retraction?.id);
    if (bound === false) say('retraction-unbound');
    if (bound === undefined && whole) this.lacking.push({ fact, say: () => say('retraction-unbound') });
  }

  /** A recipient answers to a retraction that stands before the answer. */
  answered(key: string, fact: OfReceipt, whole: boolean, say: Say): void {
    const { receipt } = fact;
    if (receipt?.kind !== 'retraction-acknowledged') return;
    if (!this.given.has(key)) {
      if (whole) this.lacking.push({ fact, say: () => say('acknowledgement-unbound') });
      return;
    }
    const id = this.given.get(key);
    if (id !== undefined && id !== receipt.retractionId) say('acknowledgement-unbound');
  }

  /** @param erased whether an entry of the same parties before it is gone: that may be the one */
  close(erased: (fact: OfRetraction | OfReceipt) => boolean): void {
    for (const { fact, say } of this.lacking) if (!erased(fact)) say();
  }
}
