import type { AuthorityKind } from './codes.js';
import type { RuleSet } from './rule-types.js';

/** Local date in Europe/Stockholm, `YYYY-MM-DD`. */
export type LocalDate = string;
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/**
 * What the law needs to know about one message: codes and yes/no facts from closed lists (design.md section 2). No names,
 * numbers, dates of birth or free text. JSON without null and without fractions, so that its RFC 8785 form is unique.
 */
export interface Claims {
  readonly v: 1;
  readonly messageType: string;
  readonly initiative: 'own' | 'request';
  /** Message id of the request; required when `initiative` is `request`. */
  readonly requestId?: string;
  readonly purpose: string;
  /** Claimed bases; any of them may carry an item (OR). */
  readonly bases: readonly ClaimBasis[];
  readonly items: readonly ClaimItem[];
  readonly facts: Facts;
  readonly derived: Facts;
  readonly assessments: readonly ClaimAssessment[];
  /** Opaque id of a cooperation decision (LUS). */
  readonly cooperationDecision?: string;
}
export type Facts = { readonly [code: string]: boolean | string };
export interface ClaimBasis {
  readonly id: string;
  readonly point?: string;
}
export interface ClaimItem {
  /** Path of the field in the message type, e.g. `subject.identity`; `circumstances~health` for declared free text. */
  readonly id: string;
  readonly dataCategory: string;
  readonly about: string;
  readonly known: string;
  /** Provisions of OSL that may protect the item, e.g. `26:1`, `19:3-st2`. All must be broken or removed (AND). */
  readonly secrecy: readonly string[];
}
/** What claims say of an officer's answer to one test for named items, one recipient and one basis version. */
export interface ClaimAssessment {
  readonly id: string;
  readonly test: string;
  readonly outcome: string;
  /** Basis version, e.g. `LUF-2008-206-3@2026-01-01`; `-` for INGET_MEN and SKYDDAD, which concern no basis. */
  readonly basis: string;
  readonly items: readonly string[];
  readonly office: string;
  readonly officer: string;
  readonly mandate: string;
  readonly at: string;
  readonly assurance: 'authenticated' | 'asserted';
  readonly commitment: string;
  readonly digest: string;
}

export interface AuthorityView {
  readonly id: string;
  readonly participant: string;
  readonly kind: AuthorityKind;
  readonly branches: readonly string[];
  /** Agency id as in law.md 2.2, e.g. `fk`. */
  readonly agency?: string;
}
export interface CooperationView {
  readonly id: string;
  readonly parties: readonly string[];
  readonly from: LocalDate;
  /** Exclusive. */
  readonly until?: LocalDate;
}
export interface LegalPositionView {
  readonly question: string;
  /** `allows` lifts the question, `prevents` makes it an obstacle. */
  readonly answer: 'allows' | 'prevents';
  readonly from: LocalDate;
  readonly until?: LocalDate;
}
export interface DirectoryView {
  authority(id: string): AuthorityView | undefined;
  /** @param basisVersion e.g. `LUF-2008-206-3@2026-01-01` */
  adopted(authority: string, basisVersion: string): boolean;
  position(authority: string, question: string, on: LocalDate): LegalPositionView | undefined;
  cooperation(id: string): CooperationView | undefined;
}
export interface CheckInput {
  readonly sender: string;
  readonly recipient: string;
  readonly claims: Claims;
  readonly ruleSet: RuleSet;
  readonly directory: DirectoryView;
  /** Day of disclosure: the local date of the exchange's decision. */
  readonly on: LocalDate;
}
