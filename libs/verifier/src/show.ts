import { EnvelopeError, parseNotice, parseReceipt, parseRefusal } from '#envelope';
import type { Fact, Opening } from './facts.js';
import type { Ground } from './ground.js';
import type { ShownDecision, ShownStatement } from './report.js';
import { attempt } from './say.js';

/** What a report shows of an entry: parties, codes and citations, nothing of the claims. */
export function shownOf(fact: Fact, opening: Opening, ground: Ground): ShownDecision | ShownStatement | undefined {
  const at = new Date(fact.at).toISOString();
  const index = fact.index.toString();
  switch (fact.kind) {
    case 'decision':
      return decisionOf(fact, ground);
    case 'receipt': {
      const reason = read(opening.annex, (text) => parseReceipt(text).receipt.reason);
      return {
        index,
        kind: fact.receipt?.kind ?? 'receipt',
        by: fact.recipient,
        at,
        ...(reason === undefined ? {} : { reason }),
      };
    }
    case 'retraction': {
      const { reason } = fact.retraction ?? {};
      const kind = fact.withdrawn ? 'withdrawn' : 'retraction-recorded';
      return { index, kind, by: fact.sender, at, ...(reason === undefined ? {} : { reason }) };
    }
    case 'recorded': {
      const { outcome, recipient } = fact;
      const of = { index, kind: 'disclosure-recorded', by: fact.sender, recipient, at };
      return { ...of, ...(outcome === undefined ? {} : { outcome }) };
    }
    case 'refusal': {
      const { kind, reason } = parseNotice(opening.entry).notice;
      const outcome = read(opening.annex, (text) => parseRefusal(text).refusal.outcome);
      const of = { index, kind, by: fact.sender, recipient: fact.recipient, at };
      return { ...of, ...(reason === undefined ? {} : { reason }), ...(outcome === undefined ? {} : { outcome }) };
    }
    case 'notice':
    case 'delay': {
      const { kind, reason } = parseNotice(opening.entry).notice;
      return { index, kind, at, ...(reason === undefined ? {} : { reason }) };
    }
    case 'erasure':
    case 'keeping':
    case 'look':
    case 'assignment':
    case 'search':
    case 'sample':
    case 'finding':
      return undefined;
  }
}

const decisionOf = (fact: Fact & { readonly kind: 'decision' }, ground: Ground): ShownDecision => {
  const versions = ground.ruleSetOf(fact.ruleSetSha256)?.versions ?? [];
  const { attempt: number, sender, recipient, messageType, outcome } = fact;
  return {
    index: fact.index.toString(),
    attempt: number,
    sender,
    recipient,
    ...(messageType === undefined ? {} : { messageType }),
    outcome,
    bases: fact.bases.map((id) => {
      const version = versions.find((one) => `${one.id}@${one.from}` === id);
      return version === undefined ? { id } : { id, citation: version.citation };
    }),
    number: fact.number,
    decidedAt: new Date(fact.at).toISOString(),
  };
};

/** What is unreadable was told already. */
const read = <T>(text: string | undefined, parse: (text: string) => T): T | undefined =>
  text === undefined
    ? undefined
    : attempt(
        () => parse(text),
        EnvelopeError,
        () => undefined,
      );
