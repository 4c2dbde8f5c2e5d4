import type { AuthorityKind } from './codes.js';

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

// --- rule set -------------------------------------------------------------------------------------------------------

export type Certainty = 'A' | 'B' | 'M';
/** Which authorities a rule means. All given members must hold; an empty selector matches every authority. */
export interface PartySelector {
  readonly sector?: 'kommun' | 'region' | 'stat' | 'a-kassa' | 'enskild';
  readonly kinds?: readonly string[];
  readonly agencies?: readonly string[];
  readonly branch?: string;
  readonly notBranch?: string;
  /** A dated list and the role in it. */
  readonly list?: string;
  readonly role?: 'send' | 'receive' | 'decide';
}
export interface ListEntry {
  readonly party: PartySelector;
  readonly roles: readonly ('send' | 'receive' | 'decide')[];
  readonly from: LocalDate;
  readonly until?: LocalDate;
  /** Until this date membership is an open question: the day of entry was not read in the statute. */
  readonly confirmedFrom?: LocalDate;
}
export interface MembershipList {
  readonly id: string;
  readonly citation: string;
  readonly source: string;
  readonly entries: readonly ListEntry[];
}
/** Set of provisions: `26:1`, `19:3-st2`, a whole section range `25:1-8`, a chapter `18:*` or chapters `15-20:*`. */
export interface ProvisionSet {
  readonly id: string;
  readonly versions: readonly {
    readonly from: LocalDate;
    readonly until?: LocalDate;
    readonly provisions: readonly string[];
  }[];
}
export interface Reach {
  /** Only provisions in these sets; absent: all. */
  readonly only?: readonly string[];
  readonly excludes?: readonly string[];
  /** Exclusions for some senders only (lag 2008:206 2 §, regions). */
  readonly excludesFor?: readonly { readonly sender: PartySelector; readonly excludes: readonly string[] }[];
  /** Reached in form, but an open question of law. */
  readonly questions?: readonly { readonly provisions: string; readonly question: string }[];
}
export interface TestRule {
  readonly test: string;
  /** Only when the message is sent on this initiative; absent: both. */
  readonly initiative?: 'own' | 'request';
  /** Offices the law requires; absent: any office of the closed list. */
  readonly offices?: readonly string[];
}
export interface PenaltyRule {
  /** `imprisonment`: imprisonment is in the scale; `minimum`: thresholds in months. */
  readonly rule: 'imprisonment' | 'minimum';
  readonly completedMonths?: number;
  /** Stages other than completed that count, with the least minimum of the completed crime in months. */
  readonly stages?: { readonly [stage: string]: number };
}
export interface PartyRule {
  readonly any: readonly PartySelector[];
  /** Narrower on one initiative (lag 2025:170 7 §). */
  readonly own?: readonly PartySelector[];
  readonly request?: readonly PartySelector[];
}
/** One version of a legal basis, in force `[from, until)`. */
export interface BasisVersion {
  readonly id: string;
  /** As lawyers cite it. */
  readonly citation: string;
  readonly titleSv: string;
  readonly titleEn: string;
  /** The amending act that gave this wording, e.g. `2025:934`. */
  readonly sfs: string;
  readonly from: LocalDate;
  readonly until?: LocalDate;
  readonly source: string;
  readonly certainty: Certainty;
  /** Before this date the wording was not read. */
  readonly confirmedFrom?: LocalDate;
  /** Past it a warning, long past it an open question. */
  readonly confirmedUntil: LocalDate;
  readonly force: 'duty' | 'permission';
  readonly clock: 'none' | 'genast' | 'skyndsamt';
  readonly initiatives: readonly ('own' | 'request')[];
  readonly sender: PartyRule;
  readonly recipient: PartyRule;
  /** Purposes by point; the key `-` when the provision has no points. `*` covers every purpose. */
  readonly points: { readonly [point: string]: readonly string[] };
  readonly tests: readonly TestRule[];
  readonly reach: Reach;
  readonly penalty?: PenaltyRule;
  /** Facts that must have this value; absent fact or other value: obstacle. */
  readonly requires?: readonly { readonly fact: string; readonly equals?: boolean | string }[];
  /** The recipient must be the one that decides the benefit in the derived fact `benefit`. */
  readonly recipientDecidesBenefit?: boolean;
  readonly cooperation?: boolean;
  /** Only these data categories. */
  readonly onlyCategories?: readonly string[];
  /** Categories that another provision governs. */
  readonly notCategories?: readonly string[];
  /** Where another basis sets a stricter limit for the same secrecy, and their relation is an open question of law. */
  readonly overlaps?: readonly Overlap[];
}
export interface Overlap {
  readonly question: string;
  /** Arises for these purposes, or when this fact is stated. */
  readonly purposes: readonly string[];
  readonly fact: string;
  readonly provisions: string;
  /** Does not arise when the stated crime meets the penalty rule of this basis on the day. */
  readonly unlessPenaltyOf: string;
}
/** Something people cite that is no basis, or is not in force (law.md 1.5, 1.6). */
export interface NonBasis {
  readonly id: string;
  readonly reason: 'NOT_A_BASIS' | 'NOT_IN_FORCE' | 'NOT_MODELLED';
  readonly citation: string;
  readonly whySv: string;
  readonly whyEn: string;
}
export interface PenaltyScale {
  readonly crime: string;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly from: LocalDate;
  readonly until?: LocalDate;
  /** Months; 0 when the scale has no minimum above the general one. */
  readonly minMonths: number;
  readonly imprisonment: boolean;
  readonly citation: string;
  readonly certainty: Certainty;
}
export interface SecrecyProvision {
  readonly id: string;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly harm: 'rakt' | 'omvant' | 'absolut' | 'svagt' | 'blandat';
  /** Always for two named officers, whatever basis is claimed. */
  readonly protectedIdentity?: boolean;
  /** Always an open question of law, whatever basis is claimed. */
  readonly question?: string;
  readonly certainty: Certainty;
}
export interface Benefit {
  readonly code: string;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly decidedBy: readonly PartySelector[];
}
/** A released, numbered collection. JSON without null and fractions. */
export interface RuleSet {
  readonly number: number;
  readonly date: LocalDate;
  /** Days past `confirmedUntil` after which an unconfirmed text is an open question. */
  readonly staleAfterDays: number;
  readonly versions: readonly BasisVersion[];
  readonly nonBases: readonly NonBasis[];
  readonly lists: readonly MembershipList[];
  readonly sets: readonly ProvisionSet[];
  readonly provisions: readonly SecrecyProvision[];
  readonly penaltyScales: readonly PenaltyScale[];
  readonly benefits: readonly Benefit[];
  /** Offices that may answer SKYDDAD, two of them together. */
  readonly protectedOffices: readonly string[];
}

// --- verdict --------------------------------------------------------------------------------------------------------

export type Outcome = 'permit' | 'assess' | 'deny';
export type AssessKind = 'officer' | 'legal-question' | 'protected';
export type Force = 'duty' | 'duty-on-request' | 'permission';
export type Clock = 'none' | 'genast' | 'skyndsamt';
export interface Place {
  /** Id of the claimed basis. */
  readonly basis?: string;
  readonly item?: string;
  readonly provision?: string;
}
export interface Obstacle extends Place {
  readonly code: ObstacleCode;
  /** The code from a closed list that the obstacle is about: a fact, purpose, test, unknown code. */
  readonly detail?: string;
}
export interface Missing extends Place {
  readonly code: MissingCode;
  readonly kind: AssessKind;
  readonly test?: string;
  readonly question?: string;
  /** Basis version to which the assessment must be bound. */
  readonly version?: string;
}
export interface Carried {
  readonly item: string;
  /** Absent for an item that no provision protects. */
  readonly provision?: string;
  /** Basis version that breaks it, or `INGET_MEN` when an officer's harm test removed it. */
  readonly by: string;
}
/** One of the two tests (law.md 0.3 point 15). */
export interface Part {
  readonly outcome: Outcome;
}
export interface ProcessingPart extends Part {
  readonly regime: 'gdpr' | 'bdl';
  readonly ground: 'duty' | 'officer-answer' | 'none';
}
export interface Note {
  readonly code: NoteCode;
  readonly basis?: string;
}
interface VerdictBase {
  readonly secrecy: Part;
  readonly processing: ProcessingPart;
  /** Basis versions in force on the day among the claimed ones, in claimed order. */
  readonly versions: readonly string[];
  readonly notes: readonly Note[];
  /** What carries what, also when other items are not carried. */
  readonly carriedBy: readonly Carried[];
}
/**
 * What the check says about one message to one recipient. Not a decision in the sense of förvaltningslagen: the authority
 * decides. Codes only; texts are rendered by `explain`.
 */
export type Verdict = VerdictBase &
  (
    | { readonly outcome: 'permit'; readonly force: Force; readonly clock: Clock }
    | {
        readonly outcome: 'assess';
        readonly kind: AssessKind;
        readonly missing: readonly Missing[];
        readonly obstacles: readonly Obstacle[];
      }
    | { readonly outcome: 'deny'; readonly obstacles: readonly Obstacle[]; readonly missing: readonly Missing[] }
  );

export type ObstacleCode =
  | 'SENDER_UNKNOWN'
  | 'RECIPIENT_UNKNOWN'
  | 'SAME_AUTHORITY'
  | 'MESSAGE_TYPE_UNKNOWN'
  | 'PURPOSE_UNKNOWN'
  | 'CODE_UNKNOWN'
  | 'NO_BASIS'
  | 'NO_ITEMS'
  | 'REQUEST_MISSING'
  | 'SECURITY_CLASSIFIED'
  | 'BASIS_UNKNOWN'
  | 'NOT_A_BASIS'
  | 'BASIS_NOT_MODELLED'
  | 'BASIS_NOT_IN_FORCE'
  | 'INITIATIVE_NOT_COVERED'
  | 'SENDER_NOT_COVERED'
  | 'RECIPIENT_NOT_COVERED'
  | 'PURPOSE_NOT_COVERED'
  | 'POINT_UNKNOWN'
  | 'FACT_MISSING'
  | 'FACT_NOT_MET'
  | 'BENEFIT_NOT_DECIDED_BY_RECIPIENT'
  | 'CRIME_UNKNOWN'
  | 'PENALTY_BELOW_THRESHOLD'
  | 'COOPERATION_MISSING'
  | 'COOPERATION_UNKNOWN'
  | 'COOPERATION_NOT_PARTY'
  | 'COOPERATION_NOT_IN_FORCE'
  | 'SECRECY_NOT_REACHED'
  | 'CATEGORY_NOT_COVERED'
  | 'SECRECY_PREVAILS'
  | 'TEST_NOT_MET'
  | 'PROCESSING_NOT_COMPATIBLE'
  | 'POSITION_PREVENTS';
export type MissingCode =
  | 'ASSESSMENT_MISSING'
  | 'ASSESSMENT_VOID'
  | 'ASSESSMENT_WRONG_OFFICE'
  | 'ASSESSMENTS_CONFLICT'
  | 'FREE_TEXT_UNDECLARED'
  | 'PROTECTION_STATUS_UNKNOWN'
  | 'PROTECTED_IDENTITY'
  | 'OPEN_QUESTION'
  | 'BASIS_NOT_ADOPTED';
export type NoteCode =
  'TEXT_CONFIRMATION_PASSED' | 'REGISTER_LAW_UNREAD' | 'SECRECY_AT_RECIPIENT_MAY_BE_WEAKER' | 'TEXT_NOT_CERTAIN';

/** Small record for a decision; two equal verdicts give byte-equal RFC 8785 forms. */
export interface VerdictCodes {
  readonly outcome: Outcome;
  readonly kind?: AssessKind;
  readonly force?: Force;
  readonly clock?: Clock;
  readonly secrecy: Outcome;
  readonly processing: Outcome;
  readonly regime: 'gdpr' | 'bdl';
  /** Basis versions that carry something, sorted. */
  readonly bases: readonly string[];
  /** `CODE basis provision detail`, sorted, unique; members that do not apply are `-`. */
  readonly codes: readonly string[];
}
