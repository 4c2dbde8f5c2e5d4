import { latestExpiry, parseAssignment, sha256Base64url, signAssignmentNotice } from '#envelope';
import type { Assignment, AssignmentGranted, PublicKey } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import { AssignmentRefused } from '../domain/assignment.js';
import type { Fresh } from '../domain/fresh.js';
import type { AssignmentStore } from '../persistence/assignment.store.js';
import type { HandedStatement } from '../persistence/hand.js';
import { unlessBehind } from '../persistence/own-keys.js';
import type { AccessKey, Signing } from './access-key.js';
import { proven } from './proven.js';

/** What an administrator states, its signature verified. */
interface Stated {
  readonly env: string;
  readonly at: string;
  readonly key: PublicKey | undefined;
  readonly assignment: Assignment;
  /** Of the assignment, whichever it is that is stated of it. */
  readonly authorities: readonly string[];
}

export interface TakenAssignment {
  /** The entry by which it stands in the log. */
  readonly entryId: string;
  readonly outcome: 'taken' | 'known';
}

/**
 * Takes what a participant states about who may read: an assignment that is granted, and its end. Whoever brings it: the signature of an administrator of the
 * participant of all its authorities counts. Each is kept, and an entry, or nothing is.
 */
export class TakeAssignment {
  constructor(
    private readonly store: AssignmentStore,
    private readonly access: Pick<AccessKey, 'live'>,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void = () => undefined,
    /** Asked before an entry is made, for the authority whose statement it is. @throws when it makes too many */
    private readonly limit: (authority: string) => void = () => undefined,
  ) {}

  /**
   * @param text compact JWS
   * @returns undefined while the ledger can sign nothing @throws {AssignmentRefused}
   */
  async execute(text: string): Promise<TakenAssignment | undefined> {
    const signing = await this.access.live();
    if (signing === undefined) return undefined;
    const now = this.now();
    const stated = await proven(
      text,
      () => this.read(text, signing.snapshot.on(now)),
      { environment: this.environment, now },
      (fault) => new AssignmentRefused(fault),
    );
    if (stated.assignment.kind === 'assignment-granted') assertTerm(stated.assignment, now);
    const taken = await this.store
      .inOrder(signing.snapshot.size, async (tx): Promise<TakenAssignment> => {
        const { kind, assignment } = stated.assignment;
        const known = await this.store.find(kind, assignment, tx);
        // That it is ended is said once, however often it is stated.
        if (known !== undefined && known.statement !== text && kind === 'assignment-granted')
          throw new AssignmentRefused('id-reuse');
        if (known !== undefined) return { entryId: known.entryId, outcome: 'known' };
        this.limit(stated.authorities[0] ?? '');
        const handed = await this.notice(stated, text, signing);
        await this.store.add(tx, kind, assignment, handed);
        this.crash('ledger.assignment.before-commit');
        return { entryId: handed.entryId, outcome: 'taken' };
      })
      .catch(unlessBehind);
    if (taken?.outcome === 'taken') this.crash('ledger.assignment.after-commit');
    return taken;
  }

  /** One that ends what was never granted has no key that could have signed it: whoever brings it learns nothing of which there are. */
  private async read(text: string, snapshot: Snapshot): Promise<Stated> {
    const { assignment, kid } = parseAssignment(text);
    const { env, at } = assignment;
    const authorities = await this.authoritiesOf(assignment);
    const keys = authorities.map((authority) => snapshot.administratorOf(authority, kid));
    const key = keys.every((one) => one !== undefined) ? keys[0] : undefined;
    return { env, at, key, assignment, authorities };
  }

  private async authoritiesOf(assignment: Assignment): Promise<readonly string[]> {
    if (assignment.kind === 'assignment-granted') return assignment.authorities;
    const granted = await this.store.find('assignment-granted', assignment.assignment);
    return granted === undefined ? [] : grantedIn(granted.statement).authorities;
  }

  private async notice(
    { assignment: { kind, assignment }, authorities }: Stated,
    text: string,
    { signer, snapshot }: Signing,
  ): Promise<HandedStatement> {
    const entryId = this.fresh.id();
    const entry = await signAssignmentNotice(signer, {
      v: 1,
      kind,
      env: this.environment,
      entryId,
      assignment,
      authorities,
      statementSha256: sha256Base64url(text),
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
    });
    return { entryId, entry, blind: this.fresh.blind(), annex: text, keysSize: snapshot.size };
  }
}

/** @param text of one that was taken as granted */
export const grantedIn = (text: string): AssignmentGranted => {
  const { assignment } = parseAssignment(text);
  if (assignment.kind !== 'assignment-granted') throw new Error('what was taken as granted is not');
  return assignment;
};

/** It lasts from the day on which it is stated, for two years at most. */
const assertTerm = ({ at, expires }: AssignmentGranted, now: Date): void => {
  const stated = stockholmDate(new Date(at));
  if (expires <= stockholmDate(now) || expires > latestExpiry(stated)) throw new AssignmentRefused('expiry');
};
