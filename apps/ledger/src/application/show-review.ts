import { isCovered, isUnexpired, showsOpenings, signLook } from '#envelope';
import type { AssignmentGranted, Look } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { EventLog } from '#platform';
import type { EntityManager } from 'typeorm';
import type { Fresh } from '../domain/fresh.js';
import type { AssignmentStore } from '../persistence/assignment.store.js';
import { hand } from '../persistence/hand.js';
import type { FoundOpening, OpeningStore } from '../persistence/opening.store.js';
import { unlessBehind } from '../persistence/own-keys.js';
import type { AccessKey, Signing } from './access-key.js';
import { partiesOf, saidIn } from './parties.js';
import type { Said } from './parties.js';
import type { ReadLog } from './read-log.js';
import type { ReadParties } from './read-parties.js';
import { seenOf } from './show-openings.js';
import { grantedIn } from './take-assignment.js';

/** Indices that one answer about a stretch of the log goes through: where it ends says nothing of what lies outside the assignment. */
const STRETCH = 500n;

export interface Reviewing {
  /** Pseudonym, as the console knows who is logged in. */
  readonly auditor: string;
  readonly assignment: string;
  /** Of one message, or indices [from, to). */
  readonly asked: { readonly messageId: string } | { readonly from: bigint; readonly to: bigint };
}
export interface Reviewed {
  readonly openings: readonly FoundOpening[];
  /** First index that was not looked at; absent when nothing is left. */
  readonly next?: bigint;
}

/** An opening that was found, by whom of the assignment's authorities it may be read. */
interface Covered {
  readonly opening: FoundOpening;
  readonly authorities: readonly string[];
}

/**
 * Shows an auditor openings of entries about messages, within an assignment that is live: of its authorities, decided in its period. That they were shown is an entry
 * for each authority whose they are, committed before anything is shown.
 */
export class ShowReview {
  constructor(
    private readonly store: OpeningStore,
    private readonly assignments: AssignmentStore,
    private readonly parties: Pick<ReadParties, 'upTo'>,
    private readonly access: Pick<AccessKey, 'live'>,
    private readonly reading: Pick<ReadLog, 'size'>,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
    private readonly log: EventLog,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /** @returns `nothing`: for this auditor there is nothing such, or no such assignment; `not-ready`: nothing can be signed, so nothing is shown */
  async execute(reviewing: Reviewing): Promise<Reviewed | 'nothing' | 'not-ready'> {
    const signing = await this.access.live();
    if (signing === undefined) return 'not-ready';
    const size = this.reading.size('disclosure');
    await this.parties.upTo(size);
    const shown = await this.assignments
      .inOrder(signing.snapshot.size, async (tx) => {
        const granted = await this.granted(tx, reviewing);
        if (granted === undefined) return 'nothing';
        const covered = await this.covered(tx, granted, reviewing, size);
        for (const authority of granted.authorities) {
          const own = covered.filter(({ authorities }) => authorities.includes(authority));
          if (own.length > 0) await this.look(tx, reviewing, authority, own, signing);
        }
        if (covered.length > 0) this.crash('ledger.review.before-commit');
        return answerOf(covered, reviewing, size);
      })
      .catch(unlessBehind);
    if (shown === undefined) return 'not-ready';
    if (shown === 'nothing') return shown;
    const count = shown.openings.length;
    if (count === 0) return shown;
    this.crash('ledger.review.after-commit');
    this.log.info('openings.reviewed', { code: purposeOf(reviewing), count });
    return shown;
  }

  /** The assignment, while it is live and this auditor's. */
  private async granted(tx: EntityManager, { assignment, auditor }: Reviewing): Promise<AssignmentGranted | undefined> {
    const taken = await this.assignments.find('assignment-granted', assignment, tx);
    if (taken === undefined) return undefined;
    const granted = grantedIn(taken.statement);
    if (granted.auditor !== auditor || !isUnexpired(granted, stockholmDate(this.now()))) return undefined;
    const ended = await this.assignments.find('assignment-ended', assignment, tx);
    return ended === undefined ? granted : undefined;
  }

  private async covered(
    tx: EntityManager,
    granted: AssignmentGranted,
    { asked }: Reviewing,
    size: bigint,
  ): Promise<readonly Covered[]> {
    const bounded = 'messageId' in asked ? asked : { from: asked.from, to: stretchEnd(asked, size) };
    const found = await this.store.aboutMessages(tx, granted.authorities, bounded, size);
    const messages = [...new Set(found.flatMap(({ opening }) => partiesOf(opening.entry).messageId ?? []))];
    const decisions = decidedIn(await this.store.entriesAbout(tx, messages, size));
    return found.flatMap(({ authorities, opening }) => {
      const { sender, recipient } = partiesOf(opening.entry);
      const day = dayOf(opening, decisions);
      if (day === undefined || sender === undefined || !showsOpenings(granted, isJudged(opening.entry))) return [];
      const decided = { day, sender, ...(recipient === undefined ? {} : { recipient }) };
      return isCovered(granted, decided) ? [{ opening, authorities }] : [];
    });
  }

  private async look(
    tx: EntityManager,
    reviewing: Reviewing,
    authority: string,
    covered: readonly Covered[],
    { signer, snapshot }: Signing,
  ): Promise<void> {
    const { auditor, assignment } = reviewing;
    const entryId = this.fresh.id();
    const look: Look = {
      v: 1,
      kind: 'look',
      env: this.environment,
      entryId,
      auditor,
      assignment,
      authority,
      purpose: purposeOf(reviewing),
      seen: covered.map(({ opening }) => seenOf(opening)),
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
    };
    const entry = await signLook(signer, look);
    await hand(tx, { entryId, entry, blind: this.fresh.blind(), keysSize: snapshot.size });
  }
}

const purposeOf = ({ asked }: Reviewing): Look['purpose'] => ('messageId' in asked ? 'evidence' : 'export');

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const stretchEnd = ({ from, to }: { readonly from: bigint; readonly to: bigint }, size: bigint): bigint =>
  smaller(from + STRETCH, smaller(to, size));

const answerOf = (covered: readonly Covered[], { asked }: Reviewing, size: bigint): Reviewed | 'nothing' => {
  const openings = covered.map(({ opening }) => opening);
  if ('messageId' in asked) return openings.length === 0 ? 'nothing' : { openings };
  const end = stretchEnd(asked, size);
  return { openings, ...(asked.from < end && end < smaller(asked.to, size) ? { next: end } : {}) };
};

/** A verdict, with the claims that it is on. */
const isJudged = (entry: Uint8Array): boolean => {
  const { kind } = saidIn(entry);
  return kind === 'decision' || kind === 'refusal-recorded' || kind === 'disclosure-recorded';
};

const attemptOf = ({ messageId, attempt }: Said): string | undefined =>
  typeof messageId === 'string' && typeof attempt === 'number' ? `${messageId} ${attempt}` : undefined;
const dayIn = (at: unknown): string | undefined => {
  const instant = typeof at === 'string' ? new Date(at) : undefined;
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : stockholmDate(instant);
};

/** Decisions by message and attempt, in the order of the log, with their days, Europe/Stockholm. */
type Decided = ReadonlyMap<string, readonly { readonly index: bigint; readonly day: string }[]>;
const decidedIn = (entries: readonly { readonly index: bigint; readonly entry: Uint8Array }[]): Decided =>
  Map.groupBy(
    entries.flatMap(({ index, entry }) => {
      const said = saidIn(entry);
      const [attempt, day] = [attemptOf(said), dayIn(said.decidedAt)];
      return said.kind === 'decision' && attempt !== undefined && day !== undefined ? [{ index, attempt, day }] : [];
    }),
    ({ attempt }) => attempt,
  );

/** The day on which what an entry is about was decided last, before it; of what had no decision, the day of the entry itself. */
const dayOf = ({ index, entry }: FoundOpening, decided: Decided): string | undefined => {
  const said = saidIn(entry);
  const before = decided.get(attemptOf(said) ?? '')?.findLast((one) => one.index < index);
  return dayIn(said.decidedAt) ?? before?.day ?? dayIn(said.at);
};
