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
  /** Of the ledger's and the console's own entries, of a refusal, of a recorded disclosure and of a hold: whose it is alone. */
  readonly authorities?: readonly string[];
  /** When what it is about was decided, milliseconds; of a decision, a refusal, a recorded disclosure, a receipt and a retraction. */
  readonly decided?: number;
  /** Whether it has a verdict. */
  readonly isJudged?: true;
}
/** @param decided when the attempt was decided that it is about */
export const placeOf = (fact: Fact, decided: number | undefined): Place => {
  const { index, sender, recipient } = fact;
  return {
    index,
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(fact.kind === 'keeping' || fact.kind === 'look' ? { authorities: [fact.authority] } : {}),
    ...('authorities' in fact ? { authorities: fact.authorities } : {}),
    ...(isSendersAlone(fact) && sender !== undefined ? { authorities: [sender] } : {}),
    ...(isJudged(fact) ? { isJudged: true, decided: fact.at } : decided === undefined ? {} : { decided }),
  };
};
const isJudged = ({ kind }: Fact): boolean => kind === 'decision' || kind === 'refusal' || kind === 'recorded';

/** A refusal, a recorded disclosure or a hold: the recipient that it names reads nothing of it. */
export const isSendersAlone = (fact: Fact): boolean =>
  fact.kind === 'refusal' || fact.kind === 'recorded' || (fact.kind === 'notice' && fact.isHold === true);

/** Whether what was seen is that entry: where it stands, whose it is, and that it stood there before the look. */
export const isSeen = (seen: Seen, place: Place, look: Fact & { readonly kind: 'look' }): boolean =>
  place.index === seen.index &&
  place.index < look.index &&
  place.sender === seen.sender &&
  place.recipient === seen.recipient &&
  (place.authorities === undefined || place.authorities.includes(look.authority));
