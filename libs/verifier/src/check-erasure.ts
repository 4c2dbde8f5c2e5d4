import { EnvelopeError, parseErasureDecision, signedBy } from '#envelope';
import type { Erasure, ErasureDecision } from '#envelope';
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

/** Whether a party named by what is erased has not decided it, or both did not decide on the same. */
export function undecided({ erased }: Erasure, decisions: readonly ErasureDecision[]): boolean {
  return erased.some(({ entryId, sender, recipient }) => {
    const on = decisions.filter(({ entryIds }) => entryIds.includes(entryId));
    const parties = [sender, ...(recipient === undefined ? [] : [recipient])];
    return (
      parties.some((party) => on.every(({ authority }) => authority !== party)) ||
      new Set(on.map(({ messageId, caseId }) => `${messageId} ${caseId}`)).size > 1
    );
  });
}
