import type { LocalDate } from './claim-types.js';

export type Certainty = 'A' | 'B' | 'M';
/** Which authorities a rule means. All given members must hold; an empty selector matches every authority. */
export interface PartySelector {
  readonly sector?: 'kommun' | 'region' | 'stat' | 'a-kassa' | 'enskild';
  readonly kinds?: readonly string[];
  readonly agencies?: readonly string[];
  readonly notAgencies?: readonly string[];
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
  /** Only of senders that none of these means: the text names those itself, the others by a precondition. */
  readonly notOf?: readonly PartySelector[];
  /** The provision's own words as a question to the officer; absent: the test's general text. */
  readonly asksSv?: string;
  readonly asksEn?: string;
}
export interface PenaltyRule {
  /** `imprisonment`: imprisonment is in the scale; `minimum`: thresholds in months; `listed`: `groups` alone. */
  readonly rule: 'imprisonment' | 'minimum' | 'listed';
  /** The crime is one of these groups. */
  readonly groups?: readonly string[];
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
/** Who may send to whom, where the provision names pairs; it holds with `sender` and `recipient`. */
export interface PairRule {
  readonly sender: readonly PartySelector[];
  readonly recipient: readonly PartySelector[];
  /** Absent: those of the version. */
  readonly initiatives?: readonly ('own' | 'request')[];
}
/** Whom an item may be about. */
export interface AboutRule {
  /** Holds for these recipients; absent: for all. */
  readonly recipient?: readonly PartySelector[];
  readonly covers: readonly string[];
  /** For others an open question; absent: an obstacle. */
  readonly question?: string;
}
/** A derived age band the provision demands; an unknown age is asked for. */
export interface AgeRule {
  readonly fact: 'ageBand' | 'victimAgeBand';
  readonly covers: readonly string[];
  /** For other ages an open question; absent: an obstacle. */
  readonly question?: string;
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
  /** Days past `confirmedUntil` after which this text is an open question; absent: `staleAfterDays` of the rule set. */
  readonly staleAfterDays?: number;
  readonly force: 'duty' | 'permission';
  readonly clock: 'none' | 'genast' | 'skyndsamt';
  readonly initiatives: readonly ('own' | 'request')[];
  readonly sender: PartyRule;
  readonly recipient: PartyRule;
  readonly pairs?: readonly PairRule[];
  /** Sender and recipient belong to one municipality. */
  readonly sameParticipant?: boolean;
  /** Purposes by point; the key `-` when the provision has no points. `*` covers every purpose. */
  readonly points: { readonly [point: string]: readonly string[] };
  readonly tests: readonly TestRule[];
  readonly reach: Reach;
  readonly penalty?: PenaltyRule;
  /** Facts that must have this value; absent fact or other value: obstacle. */
  readonly requires?: readonly { readonly fact: string; readonly equals?: boolean | string }[];
  /** Facts that must not have this value: what they say is governed by another provision. */
  readonly forbids?: readonly { readonly fact: string; readonly equals: boolean | string }[];
  readonly about?: readonly AboutRule[];
  readonly ages?: readonly AgeRule[];
  /** The recipient must be the one that decides the benefit in the derived fact `benefit`. */
  readonly recipientDecidesBenefit?: boolean;
  readonly cooperation?: boolean;
  /** Only these data categories. */
  readonly onlyCategories?: readonly string[];
  /** Categories that another provision governs. */
  readonly notCategories?: readonly string[];
  /**
   * Readings of the text that nobody has confirmed (law.md 6.1): told as a note until the authority takes a position; one that
   * prevents is an obstacle.
   */
  readonly readings?: readonly { readonly provisions?: string; readonly question: string }[];
  /** Where another basis sets a stricter limit for the same secrecy, and their relation is an open question of law. */
  readonly overlaps?: readonly Overlap[];
}
export interface Overlap {
  readonly question: string;
  /** Arises for these purposes, or when this fact is stated. */
  readonly purposes: readonly string[];
  readonly fact: string;
  readonly provisions: string;
  /** Does not arise when the stated crime meets the penalty rule of this basis on the day, and it covers the recipient. */
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
  /** Group that a penalty rule names, e.g. `bidragsbrott`, `brb-3`. */
  readonly group?: string;
  /** The scale was not read: no threshold is met, and whether imprisonment is in it is not known. */
  readonly unread?: boolean;
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
  /** First day on which a notice about it is within the act. */
  readonly from: LocalDate;
  readonly until?: LocalDate;
  readonly decidedBy: readonly PartySelector[];
}
/** A released, numbered collection. JSON without null and fractions. */
export interface RuleSet {
  readonly number: number;
  readonly date: LocalDate;
  /** Least engine version that knows every member used here; absent: 1. */
  readonly engine?: number;
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
