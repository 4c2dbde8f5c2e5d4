import type { FindingAct, SampleAct } from '#envelope';
import type { Assignment } from '../domain/assignment.js';
import type { Kept } from '../domain/sample.js';

export type SubjectKind = 'sample' | 'finding';
export interface ActsOf {
  readonly sample: SampleAct;
  readonly finding: FindingAct;
}
/** One sample or finding. */
export interface Subject<K extends SubjectKind> {
  readonly id: string;
  /** Oldest first. */
  readonly acts: readonly Kept<ActsOf[K]>[];
}
/** A sample of a list: without its sheets. */
export interface ListedSubject<K extends SubjectKind> extends Subject<K> {
  /** Items with a sheet. */
  readonly reviewed: number;
}
export interface NewAct {
  readonly subject: string;
  readonly subjectKind: SubjectKind;
  /** Acts of the subject that were known when this one was judged; 0: it is the first. */
  readonly after: number;
  readonly act: SampleAct | FindingAct;
  /** Compact JWS. */
  readonly entry: string;
  readonly blind: Buffer;
  readonly keysSize: bigint;
  readonly salt: Buffer;
  readonly said?: string;
  /** UTF-8. */
  readonly file?: string;
}

/** Samples and findings of the review that an assignment belongs to: those of others are not there. */
export interface ReviewStore {
  /** @returns undefined: there is none in the review */
  subject<K extends SubjectKind>(assignment: Assignment, kind: K, id: string): Promise<Subject<K> | undefined>;
  /** Newest first. */
  list<K extends SubjectKind>(assignment: Assignment, kind: K, limit: number): Promise<readonly ListedSubject<K>[]>;
  file(assignment: Assignment, subject: string, kind: SampleAct['kind']): Promise<string | undefined>;
  /** Auditors who see this subject, by live assignments of their own. */
  colleagues(assignment: Assignment, subject: string): Promise<readonly string[]>;
  /**
   * Act and entry together, or neither.
   * @returns `changed` when another act came between; `keys` when an entry has named a larger keys log than this one; `nonce` when a sample was fixed under this nonce before
   */
  commit(assignment: Assignment, act: NewAct): Promise<'done' | 'changed' | 'keys' | 'nonce'>;
  /** Where the log has this subject's entry of that kind, and the first checked checkpoint that covers it. @returns undefined: none yet */
  witnessed(
    assignment: Assignment,
    subject: string,
    kind: SampleAct['kind'],
  ): Promise<{ readonly index: string; readonly size: string; readonly root: string } | undefined>;
}
