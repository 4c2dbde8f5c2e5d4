import type { AssessKind, Clock, Force, MissingCode, NoteCode, ObstacleCode, Outcome } from '../types.js';
import type { NoPart } from '../leave-out.js';
import type { DerivedCode, FactCode, LegalQuestion, Purpose, TestCode } from '../codes.js';

export type Fact = FactCode | DerivedCode;

/**
 * Every text of one language. Slots: {basis} citation of the basis, {provision} the secrecy, {item} what the item is, {detail} the
 * code's name, {dates} when the version applies, {offices}. Klarspråk: short sentences, the authority acts, the check only checks.
 */
export interface Texts {
  readonly outcomes: { readonly [outcome in Outcome]: string };
  readonly summaries: {
    readonly permit: string;
    readonly deny: string;
    /** Nothing is claimed, so that nothing can be said to stand against it. */
    readonly noBasis: string;
    readonly assess: { readonly [kind in AssessKind]: string };
  };
  readonly forces: { readonly [force in Force]: string };
  readonly clocks: { readonly [clock in Clock]: string };
  readonly obstacles: { readonly [code in ObstacleCode]: string };
  readonly missing: { readonly [code in MissingCode]: string };
  /** The question behind a test, put to the officer. */
  readonly tests: { readonly [test in TestCode]: string };
  readonly questions: { readonly [code: string]: string } & { readonly [question in LegalQuestion]: string };
  /** A fact as a question, where it is missing. */
  readonly facts: { readonly [fact in Fact]: string };
  /** A fact as it stands in a sentence. */
  readonly factNames: { readonly [fact in Fact]: string };
  /** What the check went by: one sentence a fact, with {value}; a yes-or-no fact has one for each answer. */
  readonly used: {
    readonly day: string;
    readonly purpose: string;
    readonly initiative: string;
    readonly cooperation: string;
    readonly values: { readonly [fact: string]: string };
    readonly answers: { readonly [fact: string]: { readonly yes: string; readonly no: string } };
  };
  readonly stages: { readonly [stage: string]: string };
  readonly ages: { readonly [band: string]: string };
  readonly protection: { readonly [status: string]: string };
  readonly purposes: { readonly [purpose in Purpose]: string };
  readonly initiatives: { readonly own: string; readonly request: string };
  readonly notes: { readonly [code in NoteCode]: string };
  readonly lists: { readonly [list: string]: string };
  readonly carried: string;
  /** A duty in another statute breaks secrecy through OSL 10:28 first paragraph. */
  readonly carriedByDuty: string;
  readonly carriedUnprotected: string;
  readonly removed: string;
  readonly dates: {
    readonly from: string;
    readonly between: string;
    readonly upcoming: string;
    readonly lapsed: string;
  };
  readonly ways: {
    readonly basis: string;
    readonly bases: string;
    readonly recipient: string;
    readonly leaveOut: string;
    /** No part can be sent without {items}. */
    readonly noPart: { readonly [why in NoPart]: string };
    readonly ask: string;
    readonly position: string;
    readonly adopt: string;
    readonly basisForFewer: string;
    /** No way was found. */
    readonly none: { readonly obstacle: string; readonly unanswered: string; readonly malformed: string };
    /** A basis in a named wording. */
    readonly wording: string;
    readonly afterAssessment: string;
    readonly noObstacle: string;
    readonly afterPosition: string;
    readonly afterProtected: string;
  };
  /** What a ground that nobody has claimed yet would be, and what comes first when questions of fact are open. */
  readonly grounds: { readonly [force in Force]: string } & { readonly afterAnswers: string };
  /** Names as they stand in a sentence. */
  readonly agencies: { readonly [agency: string]: string };
  readonly offices: { readonly [office: string]: string };
  /** A question of fact whose answer would make room for {bases}. */
  readonly openFact: string;
  readonly requested: string;
  readonly section: string;
  readonly paragraphs: { readonly [paragraph: string]: string };
  readonly and: string;
  /** Further {count} items after those that are named. */
  readonly further: string;
  readonly unknownBasis: string;
  readonly unknownItem: string;
}
