import { JsonError, canonicalBytes, parseStrict } from '#json';
import type { JsonValue } from '#json';
import { EnvelopeError } from './errors.js';
import type { PublicKey } from './keys.js';
import { kidPattern, parseToken, verifyToken } from './token.js';
import type { Signer, Typ } from './token.js';

type Members = { readonly [name: string]: JsonValue };
type Check = (value: JsonValue) => boolean;

const text =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const count: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const record =
  (shape: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value) => {
    if (!object(value)) return false;
    return faultIn(value as Members, shape, optional) === undefined;
  };

function faultIn(
  value: Members,
  shape: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>>,
): string | undefined {
  const missing = Object.keys(shape).find((name) => !(name in value));
  if (missing !== undefined) return missing;
  return Object.keys(value).find((name) => {
    const check = Object.hasOwn(shape, name) ? shape[name] : Object.hasOwn(optional, name) ? optional[name] : undefined;
    return check === undefined || !check(value[name] as JsonValue);
  });
}

const slug = '[a-z][a-z0-9-]{0,62}';
const one: Check = (value) => value === 1;
const environment = text(/^[a-z][a-z0-9-]{0,30}$/);
const uuid = text(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const authority = text(new RegExp(`^${slug}/${slug}$`));
const name = text(new RegExp(`^${slug}$`));
const digest = text(kidPattern);
const instant: Check = (value) =>
  typeof value === 'string' &&
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;
const code = text(/^[A-Za-z0-9][A-Za-z0-9:._@/-]{0,127}$/);
const messageType = text(/^[a-z][a-z0-9-]{0,62}\/[1-9][0-9]{0,3}$/);
const decimal = text(/^(?:0|[1-9][0-9]{0,18})$/);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => check(item as JsonValue));
const keys = record({ size: decimal, root: text(/^[A-Za-z0-9+/]{43}=$/) });
const ruleSet = record({ number: count, sha256: digest });

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
  readonly kind: 'receipt-recorded' | 'refusal-recorded' | 'expired' | 'quarantined' | 'discarded' | 'delayed';
  readonly env: string;
  readonly entryId: string;
  readonly messageId?: string;
  readonly attempt?: number;
  readonly sender?: string;
  readonly recipient?: string;
  /** Digest of the statement taken into the log, over its exact characters. */
  readonly statementSha256?: string;
  /** Of a refusal: gapless per sender authority, in one row with the decisions. */
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
  readonly kind: 'technical' | 'rejected' | 'accepted' | 'form-rejected' | 'handled';
  readonly by: string;
  readonly gateway: string;
  readonly decisionEntryId: string;
  readonly jweSha256: string;
  readonly reason?: string;
  /** Digest of the note sealed to the sender that travels beside. */
  readonly sealedSha256?: string;
  readonly at: string;
}

/** One opening that is erased, and what of it the log must still say. */
export interface ErasedOpening {
  /** Decimal. */
  readonly index: string;
  readonly entryId: string;
  readonly sender: string;
  /** Absent where the entry named none. */
  readonly recipient?: string;
  /** Of a decision or a refusal: without it the sender's row of numbers would have a gap. */
  readonly number?: number;
}
/** The operator's record that openings were erased (*gallring*), on both parties' decisions, which are its annex: one token a line. */
export interface Erasure {
  readonly v: 1;
  readonly kind: 'erasure';
  readonly env: string;
  readonly entryId: string;
  readonly erased: readonly ErasedOpening[];
  /** Digest of the annex, over its exact characters. */
  readonly decisionsSha256: string;
  readonly keys: KeysHead;
  readonly at: string;
}
/** An authority's decision that openings may be erased. */
export interface ErasureDecision {
  readonly v: 1;
  readonly env: string;
  readonly decisionId: string;
  readonly authority: string;
  readonly entryIds: readonly string[];
  readonly at: string;
}

interface Codec<Name extends string, T> {
  readonly sign: (signer: Signer, statement: T) => Promise<string>;
  /** Reads without verifying. @throws {EnvelopeError} */
  readonly parse: (text: string) => { readonly [name in Name]: T } & { readonly kid: string };
  /** @param key found by the caller's own trust in the holder @throws {EnvelopeError} */
  readonly verify: (text: string, key: PublicKey) => Promise<T>;
}

/** A statement is the RFC 8785 form of an object with these members and no others, signed as a compact JWS of its own type. */
function codec<Name extends string, T extends object>(
  name: Name,
  typ: Typ,
  shape: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Codec<Name, T> {
  const read = (payload: Uint8Array): T => {
    let value: JsonValue;
    try {
      value = parseStrict(payload);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new EnvelopeError('MALFORMED_STATEMENT', undefined, { cause: error });
    }
    if (!object(value)) throw new EnvelopeError('MALFORMED_STATEMENT');
    const fault = faultIn(value as Members, shape, optional);
    if (fault !== undefined)
      throw new EnvelopeError('MALFORMED_STATEMENT', fault in shape || fault in optional ? fault : undefined);
    if (Buffer.compare(canonicalBytes(value), payload) !== 0) throw new EnvelopeError('MALFORMED_STATEMENT');
    return value as T;
  };
  return {
    sign: async (signer, statement) => {
      const payload = canonicalBytes(statement);
      read(payload);
      return signer.sign(typ, payload);
    },
    parse: (token) => {
      const { kid, payload } = parseToken(token, typ);
      return { [name]: read(payload), kid } as { readonly [key in Name]: T } & { readonly kid: string };
    },
    verify: async (token, key) => read((await verifyToken(token, typ, key)).payload),
  };
}

const parties = {
  env: environment,
  messageId: uuid,
  attempt: count,
  caseId: uuid,
  sender: authority,
  recipient: authority,
};

const manifests = codec<'manifest', Manifest>('manifest', 'delge-manifest+jws', {
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
});
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
    kind: oneOf('receipt-recorded', 'refusal-recorded', 'expired', 'quarantined', 'discarded', 'delayed'),
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
    kind: oneOf('technical', 'rejected', 'accepted', 'form-rejected', 'handled'),
    by: authority,
    gateway: name,
    decisionEntryId: uuid,
    jweSha256: digest,
    at: instant,
  },
  { reason: code, sealedSha256: digest },
);
const erasures = codec<'erasure', Erasure>('erasure', 'delge-erasure+jws', {
  v: one,
  kind: oneOf('erasure'),
  env: environment,
  entryId: uuid,
  erased: listOf(record({ index: decimal, entryId: uuid, sender: authority }, { recipient: authority, number: count })),
  decisionsSha256: digest,
  keys,
  at: instant,
});
const erasureDecisions = codec<'decision', ErasureDecision>('decision', 'delge-erasure-decision+jws', {
  v: one,
  env: environment,
  decisionId: uuid,
  authority,
  entryIds: listOf(uuid),
  at: instant,
});

export const { sign: signManifest, parse: parseManifest, verify: verifyManifest } = manifests;
export const { sign: signDecision, parse: parseDecision, verify: verifyDecision } = decisions;
export const { sign: signNotice, parse: parseNotice, verify: verifyNotice } = notices;
export const { sign: signRefusal, parse: parseRefusal, verify: verifyRefusal } = refusals;
export const { sign: signReceipt, parse: parseReceipt, verify: verifyReceipt } = receipts;
export const { sign: signErasure, parse: parseErasure, verify: verifyErasure } = erasures;
export const {
  sign: signErasureDecision,
  parse: parseErasureDecision,
  verify: verifyErasureDecision,
} = erasureDecisions;
