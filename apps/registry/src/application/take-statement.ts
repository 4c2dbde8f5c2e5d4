import { createHash } from 'node:crypto';
import { sha256Base64url } from '#envelope';
import { KeysLog, SnapshotError, broughtKeys, parseEntry } from '#snapshot';
import type { ReleasedRuleSet, Snapshot, Statement, Trust } from '#snapshot';
import { ReleaseRefused, assertReleasable } from '../domain/release.js';
import { requireVersions } from '../domain/named-versions.js';
import { requireSuccessor } from '../domain/successor.js';
import type { SealingChallenge } from '../domain/sealing-challenge.js';
import type { RuleSetStore } from '../persistence/rule-set.store.js';
import type { StatementStore } from '../persistence/statement.store.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

export type Taken = { readonly entryId: string; readonly outcome: 'taken' | 'known' };

/** What comes with a statement and does not stand in the log. */
export interface Beside {
  /** Bytes of the rule set that it releases, unless they are here already. */
  readonly ruleSet?: Uint8Array;
  /** Answer to the challenge, that the sealing key which it brings is there. */
  readonly possession?: string;
}

/** The id stands for another statement already. */
export class StatementConflict extends Error {
  override readonly name = 'StatementConflict';
}

/**
 * Takes statements into the `keys` log. What counts is the signatures of those whose act it is: the registry applies the same rules
 * as everyone who reads the log, first, so that nothing stands in it that a reader would refuse.
 */
export class TakeStatement {
  private log: KeysLog;
  private seq = 0n;
  /** One at a time in this process; between processes a lock in the store does the same. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: StatementStore,
    private readonly ruleSets: RuleSetStore,
    private readonly trust: Trust,
    private readonly challenge: SealingChallenge,
    private readonly now: () => Date,
  ) {
    this.log = KeysLog.empty(trust, sha256);
  }

  /**
   * @param entry lines of compact JWS, each ended by a line feed
   * @throws {SnapshotError} the rule it breaks. @throws {StatementConflict | ReleaseRefused}
   */
  execute(entry: Uint8Array, beside: Beside = {}): Promise<Taken> {
    return this.alone(() => this.take(entry, beside));
  }

  /** What the registry itself knows, newest statement included. */
  async snapshot(): Promise<Snapshot> {
    await this.alone(() => this.catchUp());
    return this.newest();
  }

  newest(): Snapshot {
    return this.log.at(this.log.size);
  }

  private async take(entry: Uint8Array, { ruleSet, possession }: Beside): Promise<Taken> {
    const { statement, principal, countersignatures } = parseEntry(entry);
    try {
      return await this.store.inOrder(async (tx) => {
        const known = await this.store.find(statement.id, tx);
        if (known !== undefined && Buffer.compare(known, entry) === 0)
          return { entryId: statement.id, outcome: 'known' };
        if (known !== undefined) throw new StatementConflict();
        for (const earlier of await this.store.after(this.seq, tx)) await this.append(earlier);
        const released = releaseOf(statement);
        const bytes = released && (ruleSet ?? (await this.ruleSets.find(released.sha256, tx)));
        if (released !== undefined) assertReleasable(released, bytes, await this.ruleSets.all(tx));
        this.requireSealingKeys(statement, principal.text, possession ?? '');
        this.requireUnexpired([principal, ...countersignatures]);
        requireVersions(statement);
        requireSuccessor(statement, this.newest(), this.now());
        await this.log.append(entry);
        await this.store.add(statement.id, statement.kind, entry, tx);
        // With the statement, never before: its signatures are what entitles the bytes to be kept.
        if (released !== undefined && bytes !== undefined)
          await this.ruleSets.add(released.sha256, released.number, bytes, tx);
        // Its place in the table is known by the next look; the log here is made anew when this does not commit.
        return { entryId: statement.id, outcome: 'taken' };
      });
    } catch (error) {
      const refused = [SnapshotError, StatementConflict, ReleaseRefused].some((kind) => error instanceof kind);
      if (!refused) this.forget();
      throw error;
    }
  }

  /** A reader of the log cannot see this for itself: a sealing key signs nothing. */
  private requireSealingKeys(statement: Statement, line: string, answer: string): void {
    const { env } = statement;
    for (const { key, holder } of broughtKeys(statement)) {
      if (key.use !== 'sealing') continue;
      const claim = { env, holder, statementSha256: sha256Base64url(line) };
      if (!this.challenge.proves(answer, key, claim, this.now())) throw new SnapshotError('NOT_POSSESSED', 'sealing');
    }
  }

  /** Nor has a reader of the log a clock that it could hold against a signer's: an expired key states nothing new. */
  private requireUnexpired(lines: readonly { readonly kid: string }[]): void {
    const [ever, now] = [this.newest(), this.newest().on(this.now())];
    if (lines.some(({ kid }) => ever.key(kid) !== undefined && now.key(kid) === undefined))
      throw new SnapshotError('UNKNOWN_KEY', 'expired');
  }

  private async catchUp(): Promise<void> {
    for (const stored of await this.store.after(this.seq)) await this.append(stored);
  }

  private async append({ id, seq, entry }: { id: string; seq: bigint; entry: Uint8Array }): Promise<void> {
    if (!this.log.has(id)) await this.log.append(entry);
    this.seq = seq;
  }

  private forget(): void {
    this.log = KeysLog.empty(this.trust, sha256);
    this.seq = 0n;
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

const releaseOf = (statement: Statement): ReleasedRuleSet | undefined =>
  statement.kind === 'rule-set-released' ? statement : undefined;
