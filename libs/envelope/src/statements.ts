import { manifestAttachments } from './attachment/attachment.js';
import type { ManifestAttachment } from './attachment/attachment.js';
import {
  authority,
  code,
  codec,
  count,
  digest,
  environment,
  instant,
  keys,
  messageType,
  name,
  object,
  oneOf,
  one,
  record,
  ruleSet,
  uuid,
} from './codec.js';
import { hasItsReason } from './receipt-codes.js';

/** Size and root of the newest `keys` checkpoint the signer had: what its signature's keys are judged by (design.md section 7). */
export interface KeysHead {
  /** Decimal. */
  readonly size: string;
  /** Base 64, 32 octets. */
  readonly root: string;
}
export interface RuleSetReference {
  readonly number: number;
  readonly sha256: string;
}

/** What a sender's gateway signs of one message, readable outside: claims and digests, never content. */
export interface Manifest {
  readonly v: 1;
  readonly env: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly caseId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly recipientFunction: string;
  readonly gateway: string;
  readonly messageType: string;
  readonly class: 'document';
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Read by the legal-basis check. */
  readonly claims: object;
  /** Digest and length (characters) of the sealed document. */
  readonly jwe: { readonly sha256: string; readonly length: number };
  readonly sealingKey: string;
  readonly documentKey: string;
  /** Absent when there is none. */
  readonly attachments?: readonly ManifestAttachment[];
}
/** The exchange's record of the verdict on one message (*kontrollpost*); binds nobody. */
export interface Decision {
  readonly v: 1;
  readonly kind: 'decision';
  readonly env: string;
  readonly entryId: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly caseId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly outcome: 'permit' | 'assess' | 'deny';
  /** Codes of the verdict. */
  readonly verdict: object;
  readonly claimsSha256: string;
  readonly manifestSha256: string;
  readonly jweSha256: string;
  readonly ruleSet: RuleSetReference;
  readonly engineVersion: number;
  readonly keys: KeysHead;
  /** Gapless per sender authority. */
  readonly number: number;
  readonly decidedAt: string;
}
/** The exchange's statement in closed codes that something happened to a message, or that it took a participant's statement into the log. */
export interface Notice {
  readonly v: 1;
  readonly kind:
    | 'receipt-recorded'
    | 'refusal-recorded'
    | 'disclosure-recorded'
    | 'retraction-recorded'
    | 'hold-recorded'
    | 'withdrawn'
    | 'expired'
    | 'quarantined'
    | 'discarded'
    | 'retraction-quarantined'
    | 'retraction-discarded'
    | 'delayed';
  readonly env: string;
  readonly entryId: string;
  readonly messageId?: string;
  readonly attempt?: number;
  readonly sender?: string;
  readonly recipient?: string;
  /** Digest of the statement taken into the log, over its exact characters. */
  readonly statementSha256?: string;
  /** Of a refusal and of a recorded disclosure: gapless per sender authority, in one row with the decisions. */
  readonly number?: number;
  readonly reason?: string;
  /** Of a delay: the earlier entry that came into the log long after it was signed. */
  readonly delayedEntryId?: string;
  readonly keys: KeysHead;
  readonly at: string;
}
/** A sender's gateway's report that a message was stopped before it left: claims and codes. */
export interface Refusal {
  readonly v: 1;
  readonly env: string;
  readonly refusalId: string;
  readonly messageId: string;
  readonly caseId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly gateway: string;
  readonly claims: object;
  readonly outcome: 'assess' | 'deny';
  readonly verdict: object;
  readonly ruleSet: RuleSetReference;
  readonly engineVersion: number;
  readonly keys: KeysHead;
  readonly at: string;
}
/** A recipient's gateway's statement in closed codes of what became of a delivery. */
export interface Receipt {
  readonly v: 1;
  readonly env: string;
  readonly receiptId: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly kind:
    | 'technical'
    | 'rejected'
    | 'accepted'
    | 'form-rejected'
    | 'handled'
    | 'retraction-acknowledged'
    | 'correction-acknowledged'
    | 'request-refused'
    | 'subscription-answered';
  readonly by: string;
  readonly gateway: string;
  readonly decisionEntryId: string;
  readonly jweSha256: string;
  /** Of a rejection, a refusal, an answer and an acknowledgement; all but the gateway's own of a closed list. */
  readonly reason?: string;
  /** Of an acknowledged retraction: which. */
  readonly retractionId?: string;
  /** Of a refused request: the office, and the officer's pseudonym keyed at the gateway, as in an assessment. */
  readonly refusedBy?: {
    readonly office: string;
    readonly officer: string;
    readonly mandate: 'delegation' | 'statute';
  };
  /** Of an answer to who asked for a subscription, from 1: the highest is what stands. */
  readonly number?: number;
  /** Digest of the note sealed to the sender that travels beside. */
  readonly sealedSha256?: string;
  /** Of a technical receipt: digest of the document that the seal held, over its exact characters, a compact JWS. */
  readonly documentSha256?: string;
  readonly at: string;
}

const parties = {
  env: environment,
  messageId: uuid,
  attempt: count,
  caseId: uuid,
  sender: authority,
  recipient: authority,
};

const manifests = codec<'manifest', Manifest>(
  'manifest',
  'delge-manifest+jws',
  {
    ...parties,
    v: one,
    recipientFunction: name,
    gateway: name,
    messageType,
    class: oneOf('document'),
    issuedAt: instant,
    expiresAt: instant,
    claims: object,
    jwe: record({ sha256: digest, length: count }),
    sealingKey: digest,
    documentKey: digest,
  },
  { attachments: manifestAttachments },
);
const decisions = codec<'decision', Decision>('decision', 'delge-decision+jws', {
  ...parties,
  v: one,
  kind: oneOf('decision'),
  entryId: uuid,
  outcome: oneOf('permit', 'assess', 'deny'),
  verdict: object,
  claimsSha256: digest,
  manifestSha256: digest,
  jweSha256: digest,
  ruleSet,
  engineVersion: count,
  keys,
  number: count,
  decidedAt: instant,
});
const notices = codec<'notice', Notice>(
  'notice',
  'delge-notice+jws',
  {
    v: one,
    kind: oneOf(
      'receipt-recorded',
      'refusal-recorded',
      'disclosure-recorded',
      'retraction-recorded',
      'hold-recorded',
      'withdrawn',
      'expired',
      'quarantined',
      'discarded',
      'retraction-quarantined',
      'retraction-discarded',
      'delayed',
    ),
    env: environment,
    entryId: uuid,
    keys,
    at: instant,
  },
  {
    messageId: uuid,
    attempt: count,
    sender: authority,
    recipient: authority,
    statementSha256: digest,
    number: count,
    reason: code,
    delayedEntryId: uuid,
  },
);
const { attempt: _, ...refusalParties } = parties;
const refusals = codec<'refusal', Refusal>('refusal', 'delge-refusal+jws', {
  ...refusalParties,
  v: one,
  refusalId: uuid,
  gateway: name,
  claims: object,
  outcome: oneOf('assess', 'deny'),
  verdict: object,
  ruleSet,
  engineVersion: count,
  keys,
  at: instant,
});
const receipts = codec<'receipt', Receipt>(
  'receipt',
  'delge-receipt+jws',
  {
    v: one,
    env: environment,
    receiptId: uuid,
    messageId: uuid,
    attempt: count,
    kind: oneOf(
      'technical',
      'rejected',
      'accepted',
      'form-rejected',
      'handled',
      'retraction-acknowledged',
      'correction-acknowledged',
      'request-refused',
      'subscription-answered',
    ),
    by: authority,
    gateway: name,
    decisionEntryId: uuid,
    jweSha256: digest,
    at: instant,
  },
  {
    reason: code,
    retractionId: uuid,
    refusedBy: record({ office: code, officer: digest, mandate: oneOf('delegation', 'statute') }),
    number: count,
    sealedSha256: digest,
    documentSha256: digest,
  },
  hasItsReason,
);
export const { sign: signManifest, parse: parseManifest, verify: verifyManifest } = manifests;
export const { sign: signDecision, parse: parseDecision, verify: verifyDecision } = decisions;
export const { sign: signNotice, parse: parseNotice, verify: verifyNotice } = notices;
export const { sign: signRefusal, parse: parseRefusal, verify: verifyRefusal } = refusals;
export const { sign: signReceipt, parse: parseReceipt, verify: verifyReceipt } = receipts;
