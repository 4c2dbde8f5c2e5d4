import { EnvelopeError, parseErasureDecision, parseErasureReport, parseHold, signedBy } from '#envelope';
import type { LedgerNotice, PublicKey } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { Kept } from './facts.js';
import { manifestKeyOf } from './holders.js';
import { attempt } from './say.js';
import type { Say } from './say.js';

interface Stated {
  readonly env: string;
  readonly authority: string;
  /** Absent when the signer's key was not live. */
  readonly key: PublicKey | undefined;
  readonly kept: Kept;
  /** Kind of notice by which it is taken into the log. */
  readonly kind: LedgerNotice['kind'];
}

/**
 * What the ledger took into the log about keeping or erasing: signed by an administrator of the authority's participant, a report by its gateway.
 * @returns what it is; nothing of one that does not hold
 */
export function keptStatement(notice: LedgerNotice, text: string, snapshot: Snapshot, say: Say): Kept {
  const stated = attempt(
    () => read(notice.kind, text, snapshot),
    EnvelopeError,
    (why) => say('annex-malformed', { why }),
  );
  if (stated === undefined) return {};
  const { env, authority, key, kept, kind } = stated;
  if (env !== notice.env || authority !== notice.authority || kind !== notice.kind) say('annex-binding');
  if (key === undefined) say('annex-key');
  else if (!signedBy(text, key)) say('annex-signature');
  else return kept;
  return {};
}

const read = (kind: LedgerNotice['kind'], text: string, snapshot: Snapshot): Stated => {
  switch (kind) {
    case 'erasure-decided': {
      const { decision, kid } = parseErasureDecision(text);
      const { env, authority } = decision;
      return { env, authority, kind, key: snapshot.administratorOf(authority, kid), kept: { decision } };
    }
    case 'erasure-reported': {
      const { report, kid } = parseErasureReport(text);
      const { env, authority, gateway } = report;
      return { env, authority, kind, key: manifestKeyOf(snapshot, authority, gateway, kid), kept: { report } };
    }
    case 'hold-laid':
    case 'hold-lifted': {
      const { hold, kid } = parseHold(text);
      const { env, authority } = hold;
      const key = snapshot.administratorOf(authority, kid);
      return { env, authority, kind: `hold-${hold.kind}`, key, kept: { hold } };
    }
  }
};
