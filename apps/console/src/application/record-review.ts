import { sha256Base64url, signFindingAct, signSampleAct } from '#envelope';
import type { FindingAct, ReviewAct, SampleAct } from '#envelope';
import { canonicalize } from '#json';
import type { JsonValue } from '#json';
import type { Assignment } from '../domain/assignment.js';
import { ReviewRefusal } from '../domain/review-refusal.js';
import type { AccessKey } from './access-key.js';
import { ConsoleError } from './ports.js';
import type { Fresh } from './record-act.js';
import type { ReviewStore, Subject, SubjectKind } from './review-store.js';

const MOST_TRIES = 5;

type Without<Act> = Act extends unknown ? Omit<Act, keyof ReviewAct> : never;
/** What an act says beside who did it, within what and when. */
export interface Prepared {
  readonly act: Without<SampleAct> | Without<FindingAct>;
  /** What the entry commits to. */
  readonly said?: string;
  readonly file?: string;
}
/** @returns base64url SHA-256 of 32 random octets, which are kept with the text, and the text */
export type Commit = (text: string) => string;

/** Puts what an auditor does with a sample or a finding into the log, in the transaction that keeps it, before anything of it is shown. */
export class RecordReview {
  constructor(
    private readonly store: ReviewStore,
    private readonly access: AccessKey,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
  ) {}

  /** The first act of a sample or a finding. @returns its id @throws {ConsoleError} NOT_READY @throws {ReviewRefusal} NONCE_USED */
  async begin(
    assignment: Assignment,
    kind: SubjectKind,
    prepare: (id: string, commit: Commit) => Prepared,
  ): Promise<string> {
    const id = this.fresh.id();
    if ((await this.record(assignment, kind, { id, acts: [] }, (commit) => prepare(id, commit))) !== 'done')
      throw new ConsoleError('NOT_READY');
    return id;
  }

  /**
   * A later act, judged by those before it: when another comes between it is judged again.
   * @throws {ConsoleError} NOT_WITHIN_ASSIGNMENT, NOT_READY, and what `prepare` throws
   */
  async add<K extends SubjectKind>(
    assignment: Assignment,
    kind: K,
    id: string,
    prepare: (subject: Subject<K>, commit: Commit) => Prepared | Promise<Prepared>,
  ): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const subject = await this.store.subject(assignment, kind, id);
      if (subject === undefined) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
      if ((await this.record(assignment, kind, subject, (commit) => prepare(subject, commit))) === 'done') return;
    }
    throw new ConsoleError('NOT_READY');
  }

  private async record<K extends SubjectKind>(
    assignment: Assignment,
    kind: K,
    { id, acts }: Subject<K>,
    prepare: (commit: Commit) => Prepared | Promise<Prepared>,
  ): Promise<'done' | 'changed'> {
    const [entryId, salt] = [this.fresh.id(), this.fresh.octets()];
    const { act: own, said, file } = await prepare((text) => sha256Base64url(Buffer.concat([salt, Buffer.from(text)])));
    const signing = this.access.live();
    if (signing === undefined) throw new ConsoleError('NOT_READY');
    const { signer, snapshot } = signing;
    const act = {
      v: 1,
      env: this.environment,
      entryId,
      auditor: assignment.auditor,
      assignment: assignment.id,
      authorities: assignment.authorities,
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
      ...own,
    } as SampleAct | FindingAct;
    const entry = await ('sample' in act ? signSampleAct(signer, act) : signFindingAct(signer, act));
    const committed = await this.store.commit(assignment, {
      ...{ subject: id, subjectKind: kind, after: acts.length, act, entry, salt },
      blind: this.fresh.octets(),
      keysSize: snapshot.size,
      ...(said === undefined ? {} : { said }),
      ...(file === undefined ? {} : { file }),
    });
    if (committed === 'keys') throw new ConsoleError('NOT_READY');
    if (committed === 'nonce') throw new ReviewRefusal('NONCE_USED');
    return committed;
  }
}

/** The one spelling of what is committed to. */
export const spelled = (said: object): string => canonicalize(said as JsonValue);
