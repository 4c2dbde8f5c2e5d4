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
  readonly question?: string;
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
  | 'FACT_EXCLUDES'
  | 'PARTIES_NOT_COVERED'
  | 'NOT_SAME_MUNICIPALITY'
  | 'AGE_NOT_COVERED'
  | 'ABOUT_NOT_COVERED'
  | 'CRIME_NOT_COVERED'
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
  | 'AGE_UNKNOWN'
  | 'PROTECTED_IDENTITY'
  | 'OPEN_QUESTION'
  | 'BASIS_NOT_ADOPTED';
export type NoteCode =
  | 'TEXT_CONFIRMATION_PASSED'
  | 'REGISTER_LAW_UNREAD'
  | 'SECRECY_AT_RECIPIENT_MAY_BE_WEAKER'
  | 'TEXT_NOT_CERTAIN'
  | 'READING_UNCONFIRMED';

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
