export * from './codes.js';
export type * from './types.js';
import type { AuthorityKind } from './codes.js';
import type { CheckInput, ClaimAssessment, ClaimItem, Claims, Facts, LocalDate, RuleSet, Sha256, Verdict, VerdictCodes } from './types.js';
import type { JsonValue } from '#json';

export declare const ENGINE_VERSION: 1;
export declare function check(input: CheckInput, engineVersion?: number): Verdict;
export declare function verdictCodes(verdict: Verdict): VerdictCodes;
export interface Explanation {
  /** One sentence, e.g. `Formellt hinder: …`. */
  readonly summary: string;
  readonly outcomeText: string;
  /** One line per obstacle, or per item and provision carried. */
  readonly items: readonly { readonly item?: string; readonly provision?: string; readonly basis?: string; readonly code: string; readonly text: string }[];
  readonly citations: readonly { readonly version: string; readonly text: string }[];
  /** Facts and assessments that are missing, as open questions. */
  readonly missing: readonly { readonly code: string; readonly kind: string; readonly test?: string; readonly basis?: string; readonly version?: string; readonly items?: readonly string[]; readonly text: string }[];
  readonly waysOut: readonly { readonly kind: 'other-basis' | 'other-recipient' | 'leave-out-items' | 'ask-for-assessment'; readonly bases?: readonly string[]; readonly items?: readonly string[]; readonly recipient?: string; readonly outcome: string; readonly text: string }[];
  readonly notes: readonly { readonly code: string; readonly text: string }[];
}
export declare function explain(verdict: Verdict, input: CheckInput, lang: 'sv' | 'en'): Explanation;

/** @throws {ClaimsError} code, path (never the value) */
export declare function parseClaims(value: JsonValue): Claims;
export declare function claimsBytes(claims: Claims): Uint8Array;
/** base64url SHA-256 of `claimsBytes` */
export declare function claimsDigest(claims: Claims, sha256: Sha256): string;
export interface AssessmentBinding {
  readonly sender: string; readonly recipient: string; readonly basis: string; readonly items: readonly string[]; readonly test: string;
  /** Keyed or salted by the sender's gateway: claims are read outside, and short content could be guessed from a bare digest. */
  readonly contentDigest: string;
}
export declare function assessmentDigestInput(binding: AssessmentBinding): Uint8Array;
export declare function assessmentDigest(binding: AssessmentBinding, sha256: Sha256): string;

export declare const ruleSets: readonly RuleSet[];
export declare function ruleSetBytes(ruleSet: RuleSet): Uint8Array;
/** base64url SHA-256 of `ruleSetBytes` */
export declare function ruleSetDigest(ruleSet: RuleSet, sha256: Sha256): string;
export declare function ruleSetByDigest(digest: string, sha256: Sha256): RuleSet | undefined;
/** All ids `LUF-2008-206-3@2026-01-01` of a rule set, what an adoption names. */
export declare function basisVersionIds(ruleSet: RuleSet): readonly string[];

export interface MessageType { readonly id: string; readonly name: string; readonly version: number; readonly schema: object; readonly titleSv: string; readonly titleEn: string; readonly cls: 'document' | 'receipt' | 'notice' | 'record' }
export declare const messageTypes: readonly MessageType[];
export interface Violation { readonly path: string; readonly code: string }
export declare function validateContent(type: string, content: JsonValue): readonly Violation[];
export interface Declarations {
  /** Free-text field id → data categories it contains. */
  readonly freeText?: { readonly [item: string]: readonly string[] };
  /** Item id → provisions to add (or to state, when the kind of authority has no default). */
  readonly secrecy?: { readonly [item: string]: readonly string[] };
  readonly known?: { readonly [item: string]: string };
  readonly about?: { readonly [item: string]: string };
}
/** @throws {ClassificationError} code, path */
export declare function classify(type: string, content: JsonValue, senderKind: AuthorityKind, declared: Declarations): readonly ClaimItem[];
export declare function derive(type: string, content: JsonValue, on: LocalDate): Facts;
/** @returns mismatch codes, [] when declared and actual agree */
export declare function compareClaims(type: string, content: JsonValue, claims: Claims, senderKind: AuthorityKind, on: LocalDate): readonly string[];

/** Body of POST /v1/referrals as far as the law is concerned. */
export interface ReferralBody {
  readonly type: string; readonly initiative: 'own' | 'request'; readonly requestId?: string; readonly purpose: string;
  readonly bases: readonly { readonly id: string; readonly point?: string }[];
  readonly facts?: Facts; readonly declarations?: Declarations; readonly cooperationDecision?: string; readonly content: JsonValue;
}
export interface BodyAssessment {
  readonly recipient: string; readonly basis: string; readonly test: string; readonly outcome: string; readonly items: readonly string[] | 'all';
  readonly office: string; readonly officer: string; readonly mandate: 'delegation' | 'statute'; readonly reasons: string; readonly at?: string;
}
/** Assembles claims from a validated body. @throws {ClassificationError} */
export declare function buildClaims(body: ReferralBody, context: { readonly senderKind: AuthorityKind; readonly recipient: string; readonly on: LocalDate; readonly assessments: readonly ClaimAssessment[] }): Claims;
/** Turns 'all' into item ids, and a basis id without date into its version in force on the day. */
export declare function resolveAssessment(a: BodyAssessment, items: readonly ClaimItem[], ruleSet: RuleSet, on: LocalDate): { readonly basis: string; readonly items: readonly string[] };
