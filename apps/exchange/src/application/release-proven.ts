import { parseManifest, parseNotice } from '#envelope';
import { enqueue, enqueueAll } from '#messaging';
import type { OutboxRelay } from '#messaging';
import { nodeVerifyEd25519 } from '#tlog/build';
import { TlogError, disclosureLeaf, verifyProofText } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';
import type { DataSource, EntityManager } from 'typeorm';
import { NotYet } from '../domain/errors.js';
import { askedOf } from '../domain/standing.js';
import { entries } from '../persistence/entry.store.js';
import type { StoredDecision, StoredNotice, Waiting } from '../persistence/entry.store.js';
import { schema } from '../persistence/index.js';
import { messages } from '../persistence/message.store.js';
import type { StoredMessage } from '../persistence/message.store.js';
import { releaseHolds } from '../persistence/release-hold.store.js';
import type { StandingHold } from '../persistence/release-hold.store.js';
import { retractions } from '../persistence/retraction.store.js';
import { together } from '../persistence/together.store.js';
import type { DecidedMessage } from '../persistence/together.store.js';
import type { DecideMessage } from './decide-message.js';
import { subject } from './decide-message.js';
import { sha256 } from './ground.js';
import type { Law } from './ground.js';
import type { Judge, Judgement } from './judge.js';
import type { Recorder } from './recorder.js';
import { decidedTold, isOfRetraction, noticeTold, outboxRow, releasedTold, retractionTold } from './told.js';
import type { Told } from './told.js';

export type Released = 'released' | 'told' | 'decided-anew' | 'expired' | 'not-waiting' | 'unproven';

/**
 * Design.md section 4, step 5. Nothing leaves before its entry is proven to stand in the log, by a proof that is verified here and
 * not believed; and no permit leaves when keys or ground no longer stand in the newest snapshot, nor while its sender holds it.
 */
export class ReleaseProven {
  constructor(
    private readonly dataSource: DataSource,
    private readonly trust: LogTrust,
    private readonly law: Law,
    private readonly judge: Judge,
    private readonly deciding: DecideMessage,
    private readonly recorder: Recorder,
    private readonly maxAgeMs: number,
    private readonly newId: () => string,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void,
    /** Publishes from memory what was released together (`OutboxRelay`). */
    private readonly relay: Pick<OutboxRelay, 'takes' | 'hand'>,
  ) {}

  /** @param except ids of those that are passed over */
  waiting(limit: number, except: readonly string[] = []): Promise<readonly Waiting[]> {
    return entries.waiting(this.dataSource.manager, limit, except);
  }

  /** @param proof c2sp.org/tlog-proof@v1. @throws {NotYet} */
  async release({ entryId, is }: Pick<Waiting, 'entryId' | 'is'>, proof: string): Promise<Released> {
    const released = await this.dataSource.transaction((tx) =>
      is === 'notice' ? this.notice(tx, entryId, proof) : this.decision(tx, entryId, proof),
    );
    this.crash('exchange.release.after-commit');
    return released;
  }

  /**
   * Many in one transaction: those about which nothing is to be asked anew, refusals, and what is told alike of all notices.
   * @param proofs by entry id, as for one
   * @returns those that are done; the others are for `release`, one by one
   */
  async releaseAll(
    proofs: ReadonlyMap<string, string>,
    waiting: readonly Pick<Waiting, 'entryId' | 'is'>[],
  ): Promise<ReadonlySet<string>> {
    const idsOf = (which: Waiting['is']) => waiting.flatMap(({ entryId, is }) => (is === which ? [entryId] : []));
    const proofOf = (entryId: string): string => proofs.get(entryId) ?? '';
    const handing = this.relay.takes();
    const { done, rows } = await this.dataSource.transaction(async (tx) => {
      const decided = await this.decisionsTogether(tx, idsOf('decision'), proofOf);
      const noticed = await this.noticesTogether(tx, idsOf('notice'), proofOf);
      const leaving = [...decided.told, ...noticed.told].map((told) => outboxRow(told, this.newId()));
      await enqueueAll(tx, schema, leaving, handing);
      this.crash('exchange.release.before-commit');
      return { done: new Set([...decided.done, ...noticed.done]), rows: leaving };
    });
    this.crash('exchange.release.after-commit');
    this.relay.hand(rows, handing);
    return done;
  }

  private async decisionsTogether(
    tx: EntityManager,
    entryIds: readonly string[],
    proofOf: (entryId: string) => string,
  ): Promise<{ readonly done: readonly string[]; readonly told: readonly Told[] }> {
    if (entryIds.length === 0) return { done: [], told: [] };
    const waiting = (await together.decisionsWaiting(tx, entryIds)).filter(
      ({ decision: { decision, blind, entryId } }) => this.proven(decision, blind, proofOf(entryId)),
    );
    const refused = waiting.filter(({ decision }) => decision.outcome !== 'permit');
    const permits = await this.leaving(
      tx,
      waiting.filter(({ decision }) => decision.outcome === 'permit'),
    );
    const at = this.now();
    const numbers = await together.deliver(tx, permits, at);
    const messagesOf = (those: readonly DecidedMessage[]) => those.map(({ message }) => message);
    await together.move(tx, messagesOf(permits), 'released');
    await together.move(tx, messagesOf(refused), 'refused', at);
    const done = [...permits, ...refused].map(({ decision }) => decision.entryId);
    await together.released(tx, 'decision', done, at);
    const told = [
      ...permits.flatMap(({ gateway, decision, message }, nth) => {
        const proof = proofOf(decision.entryId);
        const number = numbers[nth] ?? NaN;
        return [releasedTold(gateway, decision, message, proof, number), decidedTold(decision, message, proof)];
      }),
      ...refused.map(({ decision, message }) => decidedTold(decision, message, proofOf(decision.entryId))),
    ];
    return { done, told };
  }

  /** Permits about which nothing is to be asked anew; in a case none before one that was made earlier and is asked about. @throws {NotYet} */
  private async leaving(
    tx: EntityManager,
    permits: readonly DecidedMessage[],
  ): Promise<readonly (DecidedMessage & { readonly gateway: string; readonly entryId: string })[]> {
    if (permits.length === 0) return [];
    // Asked last, and held until the commit: what is revoked from here on is revoked after the release.
    const snapshot = this.law.newest();
    await this.recorder.mayName(tx, [snapshot]);
    const isTakenBack = await retractions.takingBack(
      tx,
      permits.map(({ message }) => message),
    );
    const holdOn = await releaseHolds.standing(
      tx,
      permits.map(({ message }) => message),
    );
    const now = this.now();
    const staying = new Set<string>();
    return permits.flatMap(({ decision, message }) => {
      const hold = holdOn(message);
      if (isTakenBack(message) || isHeld(hold)) return [];
      const line = `${message.recipient} ${message.caseId}`;
      const gateway = snapshot.authority(message.recipient)?.gateway;
      const stands =
        now.getTime() <= message.expiresAt.getTime() &&
        askedOf(decision, now, snapshot.size, this.maxAgeMs, hold?.at) === 'nothing';
      const mayLeave = stands && message.jwe !== undefined && !staying.has(line);
      if (mayLeave && gateway !== undefined) return [{ gateway, decision, message, entryId: decision.entryId }];
      staying.add(line);
      return [];
    });
  }

  private async noticesTogether(
    tx: EntityManager,
    entryIds: readonly string[],
    proofOf: (entryId: string) => string,
  ): Promise<{ readonly done: readonly string[]; readonly told: readonly Told[] }> {
    if (entryIds.length === 0) return { done: [], told: [] };
    const notices = (await together.noticesWaiting(tx, entryIds)).filter(
      (one) => !isOfRetraction(one) && this.proven(one.notice, one.blind, proofOf(one.entryId)),
    );
    const done = notices.map(({ entryId }) => entryId);
    await together.released(tx, 'notice', done, this.now());
    return { done, told: notices.map((one) => noticeTold(one, proofOf(one.entryId))) };
  }

  /**
   * Marks what senders hold, so that it is walked no more. No sender lifts anything meanwhile: what is marked is held when this commits, and whatever is said of it after
   * takes the mark away.
   * @returns how many
   */
  markHeld(limit: number): Promise<number> {
    return this.dataSource.transaction(async (tx) => {
      const found = await entries.unmarkedHeld(tx, limit);
      if (found.length === 0) return 0;
      const holdOn = await releaseHolds.standing(tx, found);
      const held = found.filter((one) => isHeld(holdOn(one))).map(({ entryId }) => entryId);
      await entries.markHeld(tx, held);
      return held.length;
    });
  }

  /**
   * Permits that waited too long: their messages expire, or are decided anew.
   * @returns how many of each, and why others still wait
   */
  async overdue(
    limit: number,
  ): Promise<{ readonly expired: number; readonly anew: number; readonly failures: readonly unknown[] }> {
    const now = this.now();
    const due = await entries.overdue(this.dataSource.manager, now, new Date(now.getTime() - this.maxAgeMs), limit);
    let expired = 0;
    let anew = 0;
    const failures: unknown[] = [];
    for (const entryId of due) {
      try {
        const outcome = await this.dataSource.transaction((tx) => this.overdueOne(tx, entryId));
        if (outcome === 'expired') expired += 1;
        if (outcome === 'decided-anew') anew += 1;
      } catch (error) {
        // One that cannot be asked about again keeps nothing behind it from its end.
        failures.push(error);
      }
    }
    return { expired, anew, failures };
  }

  private async overdueOne(tx: EntityManager, entryId: string): Promise<'expired' | 'decided-anew' | undefined> {
    const decision = await entries.decisionWaiting(tx, entryId, true);
    const message = decision === undefined ? undefined : await messages.find(tx, decision);
    return decision === undefined || message === undefined ? undefined : this.lapsed(tx, decision, message);
  }

  private async decision(tx: EntityManager, entryId: string, proof: string): Promise<Released> {
    const decision = await entries.decisionWaiting(tx, entryId);
    if (decision === undefined) return 'not-waiting';
    if (!this.proven(decision.decision, decision.blind, proof)) return 'unproven';
    const message = await messages.find(tx, decision);
    if (message === undefined) throw new Error('a decision without its message');
    const isPermit = decision.outcome === 'permit';
    if (isPermit) await this.recorder.mayName(tx, [this.law.newest()]);
    // Its sender has taken it back: the retraction ends it when it is handled. Where that is for a person to settle it waits for them, and expires when nobody does; so
    // does what was sealed anew of a message whose retraction names another attempt.
    if (isPermit && (await retractions.takingBack(tx, [message]))(message)) throw new NotYet('retraction');
    const hold = isPermit ? (await releaseHolds.standing(tx, [message]))(message) : undefined;
    if (isHeld(hold)) throw new NotYet('hold');
    const at = this.now();
    if (isPermit) {
      const lapsed = await this.lapsed(tx, decision, message, hold?.at);
      if (lapsed !== undefined) return lapsed;
      await this.deliver(tx, decision, message, proof, at);
    } else {
      await messages.move(tx, message, 'refused', at);
    }
    await this.tell(tx, decidedTold(decision, message, proof));
    await entries.released(tx, 'decision', entryId, at);
    this.crash('exchange.release.before-commit');
    return 'released';
  }

  private async deliver(
    tx: EntityManager,
    decision: StoredDecision,
    message: StoredMessage,
    proof: string,
    at: Date,
  ): Promise<void> {
    const gateway = this.law.newest().authority(message.recipient)?.gateway;
    if (gateway === undefined || message.jwe === undefined) throw new Error('a permit without recipient or document');
    const number = await messages.deliver(tx, message, decision.entryId, at);
    await messages.move(tx, message, 'released', at);
    await this.tell(tx, releasedTold(gateway, decision, message, proof, number));
  }

  /** @returns what became of a permit that may no longer leave; undefined: it may */
  private async lapsed(
    tx: EntityManager,
    decision: StoredDecision,
    message: StoredMessage,
    liftedAt?: Date,
  ): Promise<'expired' | 'decided-anew' | undefined> {
    const now = this.now();
    const snapshot = this.law.newest();
    if (now.getTime() > message.expiresAt.getTime()) {
      await entries.supersede(tx, decision.entryId, now);
      await messages.move(tx, message, 'expired', now);
      await this.recorder.notice(tx, message.gateway, { kind: 'expired', ...subject(message) }, snapshot, now);
      return 'expired';
    }
    const asked = askedOf(decision, now, snapshot.size, this.maxAgeMs, liftedAt);
    if (asked === 'nothing') return undefined;
    const judgement = await this.stillStands(message, now);
    if (asked === 'whether-it-stands' && judgement.outcome === 'permit') return undefined;
    await entries.supersede(tx, decision.entryId, now);
    await this.deciding.again(tx, message, judgement, now);
    return 'decided-anew';
  }

  /** The same question, asked of the newest snapshot, today. */
  private async stillStands(message: StoredMessage, now: Date): Promise<Judgement> {
    const { manifest, kid } = parseManifest(message.manifest);
    const snapshot = this.law.newest();
    const judgement = await this.judge.judge(manifest, message.jweSha256, snapshot, now);
    const key = snapshot.on(now).key(kid);
    const hosted = snapshot.authority(message.sender)?.gateway === message.gateway;
    if (key?.holder === `gateway:${message.gateway}` && hosted) return judgement;
    return { ...judgement, outcome: 'deny', verdict: { outcome: 'deny', verification: ['MANIFEST_KEY_NOT_LIVE'] } };
  }

  private async notice(tx: EntityManager, entryId: string, proof: string): Promise<Released> {
    const notice = await entries.noticeWaiting(tx, entryId);
    if (notice === undefined) return 'not-waiting';
    if (!this.proven(notice.notice, notice.blind, proof)) return 'unproven';
    await this.tellNotice(tx, notice, proof);
    await entries.released(tx, 'notice', entryId, this.now());
    return 'told';
  }

  private tellNotice(tx: EntityManager, notice: StoredNotice, proof: string): Promise<void> {
    return isOfRetraction(notice) ? this.tellRetraction(tx, notice, proof) : this.tell(tx, noticeTold(notice, proof));
  }

  /** To its sender; and to the recipient's gateway, if the message ever went there. One gateway is told once. */
  private async tellRetraction(tx: EntityManager, notice: StoredNotice, proof: string): Promise<void> {
    const { sender = '', messageId = '', attempt = 0, recipient = '' } = parseNotice(notice.notice).notice;
    const there = this.law.newest().authority(recipient)?.gateway;
    const isReleased = await messages.isReleased(tx, { sender, messageId, attempt });
    const told = new Set([notice.gateway, ...(isReleased && there !== undefined ? [there] : [])]);
    for (const gateway of told) await this.tell(tx, retractionTold(gateway, notice, proof));
  }

  private tell(tx: EntityManager, told: Told): Promise<void> {
    return enqueue(tx, schema, outboxRow(told, this.newId()));
  }

  private proven(entry: string, blind: Buffer, proof: string): boolean {
    try {
      const leaf = disclosureLeaf(blind, Buffer.from(entry, 'ascii'), sha256);
      verifyProofText(proof, leaf, this.trust, { sha256, verifyEd25519: nodeVerifyEd25519 });
      return true;
    } catch (error) {
      if (error instanceof TlogError) return false;
      throw error;
    }
  }
}

const isHeld = (hold: StandingHold | undefined): boolean => hold !== undefined && hold.code !== 'lifted';
