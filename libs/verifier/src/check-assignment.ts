import {
  EnvelopeError,
  isCovered,
  isUnexpired,
  latestExpiry,
  parseAssignment,
  showsOpenings,
  signedBy,
} from '#envelope';
import type { Assignment, AssignmentGranted, AssignmentNotice } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import type { Place } from './check-look.js';
import type { Fact } from './facts.js';
import { attempt } from './say.js';
import type { Say } from './say.js';

/** What the console knows of an assignment's end is as old as this, at most. */
const LAG_MS = 60_000;

/**
 * What the ledger took into the log about who may read: signed by an administrator of the participant of all its authorities.
 * @returns what it is; undefined of one that does not hold
 */
export function assignmentIn(
  notice: AssignmentNotice,
  text: string,
  snapshot: Snapshot,
  say: Say,
): Assignment | undefined {
  const stated = attempt(
    () => parseAssignment(text),
    EnvelopeError,
    (why) => say('annex-malformed', { why }),
  );
  if (stated === undefined) return undefined;
  const { assignment, kid } = stated;
  const { kind, env, assignment: id, authorities } = notice;
  const isSame = assignment.kind === kind && assignment.env === env && assignment.assignment === id;
  const isTheirs = assignment.kind === 'assignment-ended' || assignment.authorities.join() === authorities.join();
  if (!isSame || !isTheirs) say('annex-binding');
  const keys = authorities.map((authority) => snapshot.administratorOf(authority, kid));
  const [key] = keys;
  if (key === undefined || keys.includes(undefined)) say('annex-key');
  else if (!signedBy(text, key)) say('annex-signature');
  else return assignment;
  return undefined;
}

type Act = Fact & { readonly kind: 'look' | 'search' | 'sample' | 'finding' };
interface Standing {
  readonly granted: AssignmentGranted;
  ended?: { readonly index: bigint; readonly at: number };
}

/** What auditors did, against what they had been granted before. */
export class AssignmentsTogether {
  private readonly standing = new Map<string, Standing>();

  /** @param whole whether the log is shown from its first entry on: then nothing was granted before */
  constructor(private readonly whole: boolean) {}

  take(
    { index, at, assignment: id, granted, authorities, ends }: Fact & { readonly kind: 'assignment' },
    say: Say,
  ): void {
    const standing = this.standing.get(id);
    if (ends) {
      if (standing === undefined) {
        if (this.whole) say('assignment-unknown');
      } else if (standing.ended !== undefined) say('assignment-repeated');
      else {
        // By a participant that may end what it granted, and nothing of another's.
        if (standing.granted.authorities.join() !== authorities.join()) say('annex-binding');
        standing.ended = { index, at };
      }
      return;
    }
    if (standing !== undefined) say('assignment-repeated');
    if (granted === undefined || standing !== undefined) return;
    if (granted.expires > latestExpiry(stockholmDate(new Date(granted.at)))) say('assignment-term');
    this.standing.set(id, { granted });
  }

  /** A look by an auditor, or what the console records of one: within what was granted to that auditor, while it stood. */
  act(act: Act, say: Say): void {
    const { assignment: id, auditor } = act;
    if (id === undefined) return;
    const standing = this.standing.get(id);
    if (standing === undefined) {
      if (this.whole) say('assignment-unknown');
      return;
    }
    const { granted, ended } = standing;
    const isTheirs =
      act.kind === 'look'
        ? granted.authorities.includes(act.authority)
        : granted.authorities.join() === act.authorities.join();
    if (granted.auditor !== auditor || !isTheirs) say('assignment-bounds');
    // The ledger decides in the order of its log; the console by what it has read of it.
    const isOver = ended !== undefined && (act.kind === 'look' ? ended.index < act.index : ended.at + LAG_MS < act.at);
    if (isOver || !isUnexpired(granted, stockholmDate(new Date(act.at)))) say('assignment-over');
  }

  /** Whether two assignments are of one review, whose auditors are colleagues; of one that is not known nothing is said. */
  isOneReview(one: string, other: string): boolean {
    const [a, b] = [this.standing.get(one)?.granted, this.standing.get(other)?.granted];
    if (a === undefined || b === undefined) return true;
    return (
      a.provision === b.provision && a.diaryNumber === b.diaryNumber && a.authorities.join() === b.authorities.join()
    );
  }

  /** An opening that an auditor was shown: whole, so that all that it says must have been granted. */
  shown(look: Fact & { readonly kind: 'look' }, { sender, recipient, decided, isJudged }: Place, say: Say): void {
    const granted = this.standing.get(look.assignment ?? '')?.granted;
    if (granted === undefined || decided === undefined || sender === undefined) return;
    const day = stockholmDate(new Date(decided));
    const parties = { sender, ...(recipient === undefined ? {} : { recipient }) };
    if (!isCovered(granted, { day, ...parties }) || !showsOpenings(granted, isJudged === true))
      say('assignment-bounds');
  }
}
