import { EnvelopeError, parseErasureDecision, signedBy } from '#envelope';
import type { Erasure } from '#envelope';
import type { Snapshot } from '#snapshot';
import { attempt } from './say.js';
import type { Say } from './say.js';

/**
 * Whether a party named by what is erased has not decided it. Each decision is a line of the annex, signed by an administrator of the
 * authority's participant under a key live when the erasure was logged.
 */
export function undecided(erasure: Erasure, annex: string, snapshot: Snapshot, say: Say): boolean {
  const decided = new Set<string>();
  for (const line of annex.split('\n')) {
    const parsed = attempt(
      () => parseErasureDecision(line),
      EnvelopeError,
      (why) => say('annex-malformed', { why }),
    );
    if (parsed === undefined) continue;
    const { authority, env, entryIds } = parsed.decision;
    const key = snapshot.key(parsed.kid);
    const holder = `participant:${snapshot.authority(authority)?.participant}`;
    if (env !== erasure.env) say('annex-binding');
    else if (key?.use !== 'administrator' || key.holder !== holder) say('annex-key');
    else if (!signedBy(line, key.public)) say('annex-signature');
    else for (const entryId of entryIds) decided.add(`${authority} ${entryId}`);
  }
  return erasure.erased.some(({ entryId, sender, recipient }) =>
    [sender, ...(recipient === undefined ? [] : [recipient])].some((party) => !decided.has(`${party} ${entryId}`)),
  );
}
