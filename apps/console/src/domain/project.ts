import {
  EnvelopeError,
  parseDecision,
  parseErasure,
  parseFindingAct,
  parseManifest,
  parseNotice,
  parseReceipt,
  parseRecordedDisclosure,
  parseRefusal,
  parseSampleAct,
  sha256Base64url,
  typOf,
} from '#envelope';
import type { Decision, Erasure, Notice, RecordedDisclosure, Refusal } from '#envelope';
import type { JsonValue } from '#json';
import { ClaimsError, parseClaims } from '#legal-basis';
import type { Claims } from '#legal-basis';
import type { DisclosureRecord, Happening, VerdictView } from './disclosure.js';
import { termOf } from './query.js';
import { saidIn } from './said.js';
import type { Said } from './said.js';

/** How long a recipient's gateway is waited for, from the decision on: what was not released by then is decided anew. */
export const RECEIPT_WITHIN_MS = 24 * 3_600_000;

/** An entry with its opening, as the ledger's feed gives it. */
export interface Opened {
  readonly index: bigint;
  /** Compact JWS. */
  readonly entry: string;
  /** Exact characters of what the entry takes into the log. */
  readonly annex?: string;
}
/** A decision, refusal or recorded disclosure as it is searched. */
export interface ProjectedDisclosure {
  readonly entryId: string;
  readonly row: Omit<Required<Listed>, 'attempt' | 'kind' | 'force'> & Pick<Listed, 'attempt' | 'kind' | 'force'>;
  readonly receiptDueAt?: string;
  /** All of a record that is not in its row. */
  readonly detail: Detail;
  readonly terms: readonly string[];
}
type Listed = Omit<DisclosureRecord, keyof Detail | 'receivedAt' | 'receiptDueAt'>;
export type Detail = Pick<
  DisclosureRecord,
  | 'ruleSet'
  | 'engineVersion'
  | 'verdict'
  | 'initiative'
  | 'requestId'
  | 'facts'
  | 'derived'
  | 'items'
  | 'assessments'
  | 'channel'
  | 'identityCheck'
  | 'disclosedAt'
>;
export interface ProjectedHappening extends Happening {
  /** The recipient that it names reads nothing of it. */
  readonly sendersAlone: boolean;
}
/** What one entry does to what auditors see. */
export interface Projected extends Said {
  readonly disclosure?: ProjectedDisclosure;
  readonly happening?: ProjectedHappening;
  /** The technical receipt of this decision came. */
  readonly received?: { readonly decisionEntryId: string; readonly at: string };
  /** Nothing more is waited for of this message, but of the entry itself. */
  readonly settled?: string;
  readonly erasure?: Erasure;
  /** An act on a sample or a finding: by this and its own bytes the console knows it again. */
  readonly reviewEntryId?: string;
}
/** An annex that is not the one its entry names: the leaf says nothing of an annex, so its digest is all that binds it. */
export class AnnexError extends Error {
  override readonly name = 'AnnexError';
  constructor(readonly index: bigint) {
    super(`the annex of entry ${index} is another`);
  }
}

/**
 * What an entry and its annex come to. Signatures are not verified here: that the entry stands in the log is all that a search says, and who signed it is for the verifier. What an erasure takes away is
 * taken once `isErasure` holds.
 * @param kindOf kind of an authority in the directory, `unknown` for one that is not there
 * @throws {AnnexError}
 */
export function project(opened: Opened, kindOf: (authority: string) => string): Projected {
  try {
    switch (typOf(opened.entry)) {
      case 'delge-decision+jws':
        return ofDecision(opened, parseDecision(opened.entry).decision, kindOf);
      case 'delge-notice+jws':
        return ofNotice(opened, parseNotice(opened.entry).notice, kindOf);
      case 'delge-erasure+jws': {
        const { erasure } = parseErasure(opened.entry);
        return { at: erasure.at, erasure };
      }
      case 'delge-sample+jws': {
        const { entryId } = parseSampleAct(opened.entry).act;
        return { ...saidIn(opened.entry), reviewEntryId: entryId };
      }
      case 'delge-finding+jws': {
        const { entryId } = parseFindingAct(opened.entry).act;
        return { ...saidIn(opened.entry), reviewEntryId: entryId };
      }
      default:
        return saidIn(opened.entry);
    }
  } catch (error) {
    if (error instanceof EnvelopeError) return saidIn(opened.entry);
    throw error;
  }
}

function ofDecision(opened: Opened, decision: Decision, kindOf: (authority: string) => string): Projected {
  const { entryId, decidedAt: at, messageId, outcome } = decision;
  const { manifest } = parseManifest(annexOf(opened, decision.manifestSha256));
  const happening = happeningOf(opened, { ...decision, at }, { outcome });
  const disclosure = disclosureOf(opened.index, 'decision', { ...decision, at, claims: manifest.claims }, kindOf);
  const due = new Date(Date.parse(at) + RECEIPT_WITHIN_MS).toISOString();
  return {
    at,
    happening,
    disclosure: { ...disclosure, entryId, ...(outcome === 'permit' ? { receiptDueAt: due } : {}) },
    // One decided anew is waited for from then on.
    settled: messageId,
  };
}

function ofNotice(opened: Opened, notice: Notice, kindOf: (authority: string) => string): Projected {
  const { at, entryId, kind, messageId, sender, recipient, number } = notice;
  if (messageId === undefined || sender === undefined || recipient === undefined) return { at };
  const about = { ...notice, messageId, sender, recipient };
  const happening = happeningOf(opened, about);
  if (kind === 'receipt-recorded') {
    const { receipt } = parseReceipt(annexOf(opened, notice.statementSha256));
    const { kind: receiptKind, reason, at: statedAt, decisionEntryId } = receipt;
    return {
      at,
      happening: { ...happening, kind: receiptKind, statedAt, ...(reason === undefined ? {} : { reason }) },
      ...(receiptKind === 'technical' ? { received: { decisionEntryId, at } } : {}),
      ...(receiptKind === 'rejected' ? { settled: messageId } : {}),
    };
  }
  if ((kind === 'refusal-recorded' || kind === 'disclosure-recorded') && number !== undefined) {
    const text = annexOf(opened, notice.statementSha256);
    const record = kind === 'refusal-recorded' ? 'refusal' : 'recorded';
    const said = record === 'refusal' ? parseRefusal(text).refusal : parseRecordedDisclosure(text).recorded;
    const disclosure = disclosureOf(opened.index, record, { ...said, ...about, number }, kindOf);
    return {
      at,
      happening: { ...happening, outcome: said.outcome },
      disclosure: { ...disclosure, entryId },
    };
  }
  return { at, happening, ...(kind === 'withdrawn' || kind === 'expired' ? { settled: messageId } : {}) };
}

/** @throws {AnnexError} */
const annexOf = ({ index, annex }: Opened, digest: string | undefined): string => {
  if (annex === undefined || sha256Base64url(annex) !== digest) throw new AnnexError(index);
  return annex;
};

const SENDERS_ALONE: readonly string[] = ['refusal-recorded', 'disclosure-recorded', 'hold-recorded'];
const happeningOf = (
  { index }: Opened,
  said: {
    readonly entryId: string;
    readonly at: string;
    readonly kind: string;
    readonly messageId: string;
    readonly sender: string;
    readonly recipient: string;
    readonly attempt?: number;
    readonly reason?: string;
  },
  more: { readonly outcome?: string } = {},
): ProjectedHappening => {
  const { entryId, at, kind, messageId, sender, recipient, attempt, reason } = said;
  return {
    ...{ index: index.toString(), entryId, at, kind, messageId, sender, recipient },
    sendersAlone: SENDERS_ALONE.includes(kind),
    ...(attempt === undefined ? {} : { attempt }),
    ...(reason === undefined ? {} : { reason }),
    ...more,
  };
};

type Judged = Pick<
  Decision,
  'messageId' | 'caseId' | 'sender' | 'recipient' | 'outcome' | 'verdict' | 'ruleSet' | 'engineVersion' | 'number'
> &
  Partial<Pick<Decision, 'attempt'>> &
  Partial<Pick<RecordedDisclosure, 'channel' | 'identityCheck' | 'disclosedAt' | 'officer'>> &
  Pick<Refusal, 'claims' | 'at'>;

function disclosureOf(
  index: bigint,
  record: DisclosureRecord['record'],
  judged: Judged,
  kindOf: (authority: string) => string,
): Omit<ProjectedDisclosure, 'entryId'> {
  const { sender, recipient, attempt, officer, number, messageId, caseId, at, outcome } = judged;
  const claims = claimsOf(judged.claims);
  // The exchange's own record, of closed codes.
  const verdict = judged.verdict as VerdictView;
  const { kind, force } = verdict;
  const row: ProjectedDisclosure['row'] = {
    ...{ index: index.toString(), record, messageId, number, at, sender, recipient, outcome, caseId },
    senderKind: kindOf(sender),
    recipientKind: kindOf(recipient),
    messageType: claims?.messageType ?? 'unknown',
    purpose: claims?.purpose ?? 'unknown',
    grounds: unique(claims?.bases.map(({ id }) => id) ?? []),
    versions: unique(verdict.bases ?? []),
    reasons: outcome === 'permit' ? [] : unique((verdict.codes ?? []).map((code) => code.split(' ')[0] ?? code)),
    categories: unique(claims?.items.map(({ dataCategory }) => dataCategory) ?? []),
    officers: unique([
      ...(claims?.assessments.map((one) => one.officer) ?? []),
      ...(officer === undefined ? [] : [officer]),
    ]),
    ...(attempt === undefined ? {} : { attempt }),
    ...(kind === undefined ? {} : { kind }),
    ...(force === undefined ? {} : { force }),
  };
  return { row, detail: detailOf(judged, verdict, claims), terms: termsOf(row) };
}

const detailOf = (judged: Judged, verdict: VerdictView, claims: Claims | undefined): Detail => {
  const { ruleSet, engineVersion, channel, identityCheck, disclosedAt } = judged;
  return {
    ...{ ruleSet, engineVersion, verdict },
    ...(claims === undefined ? {} : ofClaims(claims)),
    ...(channel === undefined ? {} : { channel }),
    ...(identityCheck === undefined ? {} : { identityCheck }),
    ...(disclosedAt === undefined ? {} : { disclosedAt }),
  };
};
const ofClaims = ({ initiative, requestId, facts, derived, items, assessments }: Claims): Detail => ({
  ...{ initiative, facts, derived, items, assessments },
  ...(requestId === undefined ? {} : { requestId }),
});

/** Refused for what it is, a message may have claims that nobody can read. */
const claimsOf = (value: object): Claims | undefined => {
  try {
    return parseClaims(value as JsonValue);
  } catch (error) {
    if (error instanceof ClaimsError) return undefined;
    throw error;
  }
};

/** All that it is found by but ids, and `party:` for each authority whose auditors may see it. */
export const termsOf = (row: ProjectedDisclosure['row']): readonly string[] => {
  const { sender, recipient, record, kind, force } = row;
  return unique([
    `party:${sender}`,
    ...(record === 'decision' ? [`party:${recipient}`] : []),
    termOf('sender', sender),
    termOf('recipient', recipient),
    termOf('senderKind', row.senderKind),
    termOf('recipientKind', row.recipientKind),
    termOf('record', record),
    termOf('outcome', row.outcome),
    termOf('type', row.messageType),
    termOf('purpose', row.purpose),
    ...(kind === undefined ? [] : [termOf('kind', kind)]),
    ...(force === undefined ? [] : [termOf('force', force)]),
    ...row.grounds.map((one) => termOf('ground', one)),
    ...row.versions.map((one) => termOf('version', one)),
    ...row.reasons.map((one) => termOf('reason', one)),
    ...row.categories.map((one) => termOf('category', one)),
    ...row.officers.map((one) => termOf('officer', one)),
  ]);
};

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
