import { EnvelopeError, parseErasureDecision, signedBy } from '#envelope';
import type { ErasedOpening, Erasure, ErasureDecision } from '#envelope';
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
  a.sender === b.sender &&
  a.recipient === b.recipient &&
  a.number === b.number;
