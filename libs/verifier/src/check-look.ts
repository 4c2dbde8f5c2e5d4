import type { Look } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { Fact, Seen } from './facts.js';
import type { Say } from './say.js';

/** Whether a look was for an authority that the gateway hosted then, and at openings of its own alone. */
export function entitled({ authority, gateway, seen }: Look, snapshot: Snapshot | undefined, say: Say): void {
  if (gateway !== undefined && snapshot !== undefined && snapshot.authority(authority)?.gateway !== gateway)
    say('look-not-hosted');
  const foreign = seen.some(
    ({ sender, recipient }) =>
      (sender !== undefined || recipient !== undefined) && sender !== authority && recipient !== authority,
  );
  if (foreign) say('look-unentitled');
}

/** An entry as far as a look must agree with it. */
export interface Place {
  readonly index: bigint;
  readonly sender?: string;
  readonly recipient?: string;
  /** Of the ledger's own entries, of a refusal, of a recorded disclosure and of a hold: whose it is alone. */
  readonly authority?: string;
}
export const placeOf = (fact: Fact): Place => {
  const { index, sender, recipient } = fact;
  return {
    index,
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(fact.kind === 'keeping' || fact.kind === 'look' ? { authority: fact.authority } : {}),
    ...(isSendersAlone(fact) && sender !== undefined ? { authority: sender } : {}),
  };
};

/** A refusal, a recorded disclosure or a hold: the recipient that it names reads nothing of it. */
export const isSendersAlone = (fact: Fact): boolean =>
  fact.kind === 'refusal' || fact.kind === 'recorded' || (fact.kind === 'notice' && fact.isHold === true);

/** Whether what was seen is that entry: where it stands, whose it is, and that it stood there before the look. */
export const isSeen = (seen: Seen, place: Place, look: Fact & { readonly kind: 'look' }): boolean =>
  place.index === seen.index &&
  place.index < look.index &&
  place.sender === seen.sender &&
  place.recipient === seen.recipient &&
  (place.authority === undefined || place.authority === look.authority);
