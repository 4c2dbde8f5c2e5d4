import { EnvelopeError, parseErasureDecision, signedBy } from '#envelope';
import type { ErasedOpening, Erasure, ErasureDecision } from '#envelope';
import type { Erased, Fact } from './facts.js';
import type { Snapshot } from '#snapshot';
import { attempt } from './say.js';
import type { Say } from './say.js';

/**
 * The parties' decisions on which openings were erased, those that do not hold left out and told. Each is a line of the annex, signed by an
 * administrator of the authority's participant under a key live when the erasure was logged.
 */
export function decisionsOn(erasure: Erasure, annex: string, snapshot: Snapshot, say: Say): readonly ErasureDecision[] {
  return annex.split('\n').flatMap((line) => {
    const parsed = attempt(
      () => parseErasureDecision(line),
      EnvelopeError,
      (why) => say('annex-malformed', { why }),
    );
    if (parsed === undefined) return [];
    const { decision, kid } = parsed;
    const key = snapshot.administratorOf(decision.authority, kid);
    if (decision.env !== erasure.env) say('annex-binding');
    else if (key === undefined) say('annex-key');
    else if (!signedBy(line, key)) say('annex-signature');
    else return [decision];
    return [];
  });
}

/**
 * Whether a party named by what is erased has not decided it, or both did not decide on the same. Word for word: an opening that is gone no longer says which
 * entry it was of, or which number it had.
 */
export function undecided({ erased }: Erasure, decisions: readonly ErasureDecision[]): boolean {
  return erased.some((opening) => {
    const { sender, recipient } = opening;
    const on = decisions.filter(({ openings }) => openings.some((one) => same(one, opening)));
    const parties = [sender, ...(recipient === undefined ? [] : [recipient])];
    return (
      parties.some((party) => on.every(({ authority }) => authority !== party)) ||
      new Set(on.map(({ messageId, caseId }) => `${messageId} ${caseId}`)).size > 1
    );
  });
}

const same = (a: ErasedOpening, b: ErasedOpening): boolean =>
  a.index === b.index &&
  a.entryId === b.entryId &&
  a.kind === b.kind &&
  a.sender === b.sender &&
  a.recipient === b.recipient &&
  a.number === b.number;

/** What an erasure says of one opening, and the message that its parties decided on. */
export interface Gone extends Erased {
  /** Index of the erasure. */
  readonly by: bigint;
  readonly messageId?: string;
}
export const goneBy = (erased: Erased, { index, decisions }: Fact & { readonly kind: 'erasure' }): Gone => {
  const on = decisions.find(({ openings }) => openings.some(({ entryId }) => entryId === erased.entryId));
  return { ...erased, by: index, ...(on === undefined ? {} : { messageId: on.messageId }) };
};

/** What is left of the log and names an entry by its id: a receipt, a look, a delay. */
export interface Naming {
  readonly index: bigint;
  /** Absent where the id alone is named. */
  readonly parties?: { readonly sender?: string; readonly recipient?: string };
  readonly messageId?: string;
  /** Of a look: where the entry stood. */
  readonly at?: bigint;
}

/** Whether an erasure says of an entry what is left of the log says of it, which stood before whatever names it. */
export const agrees = (gone: Gone, { index, parties, messageId, at }: Naming): boolean =>
  gone.index < index &&
  (at === undefined || gone.index === at) &&
  (parties === undefined || (gone.sender === parties.sender && gone.recipient === parties.recipient)) &&
  (messageId === undefined || gone.messageId === undefined || gone.messageId === messageId);
