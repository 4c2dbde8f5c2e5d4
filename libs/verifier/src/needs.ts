import {
  EnvelopeError,
  parseDecision,
  parseManifest,
  parseNotice,
  parseRecordedDisclosure,
  parseRefusal,
  typOf,
} from '#envelope';
import type { Opening } from './facts.js';
import { attempt } from './say.js';

/** What verdicts are computed again by, beside the keys log. */
export interface Needs {
  /** SHA-256 of rule sets, base64url. */
  readonly ruleSets: readonly string[];
  /** Ids of cooperation decisions. */
  readonly cooperations: readonly string[];
}

/** What the verdicts of these entries need; what cannot be read needs nothing. */
export function needsOf(entries: readonly Pick<Opening, 'entry' | 'annex'>[]): Needs {
  const judged = entries.flatMap(
    (one) =>
      attempt(
        () => judgedIn(one),
        EnvelopeError,
        () => undefined,
      ) ?? [],
  );
  const named = (values: readonly unknown[]): readonly string[] => [
    // They come to stand in an address.
    ...new Set(
      values.filter((value): value is string => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value)),
    ),
  ];
  return {
    ruleSets: named(judged.map(({ ruleSet }) => ruleSet.sha256)),
    cooperations: named(
      judged.map(
        ({ claims }) => (claims as { readonly cooperationDecision?: unknown } | undefined)?.cooperationDecision,
      ),
    ),
  };
}

interface Judged {
  readonly ruleSet: { readonly sha256: string };
  readonly claims?: object;
}

const judgedIn = ({ entry, annex }: Pick<Opening, 'entry' | 'annex'>): Judged | undefined => {
  if (typOf(entry) === 'delge-decision+jws') {
    const { ruleSet } = parseDecision(entry).decision;
    return annex === undefined ? { ruleSet } : { ruleSet, claims: parseManifest(annex).manifest.claims };
  }
  if (annex === undefined || typOf(entry) !== 'delge-notice+jws') return undefined;
  // What a sender's gateway judged itself.
  const { kind } = parseNotice(entry).notice;
  if (kind === 'refusal-recorded') return parseRefusal(annex).refusal;
  return kind === 'disclosure-recorded' ? parseRecordedDisclosure(annex).recorded : undefined;
};
