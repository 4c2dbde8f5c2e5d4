import { MAX_STATEMENT } from '#contracts';
import { signDecision, signNotice } from '#envelope';
import type { Decision, Manifest, Notice, Signer } from '#envelope';
import { newestLive } from '#keystore';
import type { Snapshot } from '#snapshot';
import type { EntityManager } from 'typeorm';
import { NotYet } from '../domain/errors.js';
import { entries } from '../persistence/entry.store.js';
import type { StoredMessage } from '../persistence/message.store.js';
import { digestOf } from './ground.js';
import type { Judgement } from './judge.js';

/** A notice without what every notice has. */
export type NoticeBody = Omit<Notice, 'v' | 'env' | 'entryId' | 'keys' | 'at'>;

/** Fresh values that nobody can foretell: UUIDs in lower case, and blinds of 32 bytes. */
export interface Fresh {
  readonly id: () => string;
  readonly blind: () => Buffer;
}

/**
 * Signs what the exchange says and puts it, in the caller's transaction, where the ledger takes it from. A signature whose
 * transaction is rolled back never leaves the process.
 */
export class Recorder {
  constructor(
    /** Newest first. */
    private readonly signers: () => readonly Signer[],
    private readonly environment: string,
    private readonly fresh: Fresh,
    /** Whether the keys log has been seen lately, so that a key's end would be known here. */
    private readonly isFresh: () => boolean,
  ) {}

  /**
   * Decision on a message that is stored already.
   * @returns entry id
   * @throws {NotYet} when another process of the exchange has signed by a newer snapshot, or none has been seen for 15 minutes
   */
  async decision(
    tx: EntityManager,
    message: StoredMessage,
    manifest: Manifest,
    judgement: Judgement,
    decidedAt: Date,
  ): Promise<string> {
    const { snapshot } = judgement;
    await this.mayName(tx, snapshot);
    const number = await entries.nextNumber(tx, message.sender);
    const entryId = this.fresh.id();
    const decision: Decision = {
      v: 1,
      kind: 'decision',
      env: this.environment,
      entryId,
      messageId: message.messageId,
      attempt: message.attempt,
      caseId: message.caseId,
      sender: message.sender,
      recipient: message.recipient,
      outcome: judgement.outcome,
      verdict: judgement.verdict,
      claimsSha256: judgement.claimsSha256,
      manifestSha256: digestOf(message.manifest),
      jweSha256: message.jweSha256,
      ruleSet: judgement.ruleSet,
      engineVersion: judgement.engineVersion,
      keys: headOf(snapshot),
      number,
      decidedAt: decidedAt.toISOString(),
    };
    const text = await signDecision(this.live(snapshot, decidedAt), decision);
    // Nobody could be told of it: better set aside, where people see it, than stuck in the outbox.
    if (text.length > MAX_STATEMENT) throw new Error('a decision that no message can carry');
    const blind = this.fresh.blind();
    const { sender, messageId, attempt } = message;
    const { outcome } = judgement;
    await entries.addDecision(
      tx,
      { entryId, sender, messageId, attempt, outcome, decision: text, blind, keysSize: snapshot.size, decidedAt },
      number,
    );
    await entries.toLedger(tx, entryId, text, blind, message.manifest);
    return entryId;
  }

  /**
   * @param gateway that is told
   * @param statement exact bytes of what the notice takes into the log, and what travels beside it
   * @throws {NotYet} as for a decision
   */
  async notice(
    tx: EntityManager,
    gateway: string,
    body: NoticeBody,
    snapshot: Snapshot,
    at: Date,
    { statement, sealed }: { readonly statement?: string; readonly sealed?: string } = {},
  ): Promise<string> {
    await this.mayName(tx, snapshot);
    const entryId = this.fresh.id();
    const notice: Notice = {
      v: 1,
      env: this.environment,
      entryId,
      keys: headOf(snapshot),
      at: at.toISOString(),
      ...body,
    };
    const text = await signNotice(this.live(snapshot, at), notice);
    const blind = this.fresh.blind();
    await entries.addNotice(tx, {
      entryId,
      kind: body.kind,
      gateway,
      notice: text,
      blind,
      at,
      ...(statement === undefined ? {} : { statement }),
      ...(sealed === undefined ? {} : { sealed }),
    });
    await entries.toLedger(tx, entryId, text, blind, statement);
    return entryId;
  }

  /** What a key signs that is not live at the size it names is believed by nobody: until there is one that is, all waits. @throws {NotYet} */
  private live(snapshot: Snapshot, at: Date): Signer {
    const then = snapshot.on(at);
    const found = newestLive(this.signers(), (kid) => then.key(kid)?.use === 'decision');
    if (found === undefined) throw new NotYet('live-key');
    return found;
  }

  /** `keys` never decreases over all that the exchange signs, and is never of long ago (design.md section 7). */
  private async mayName(tx: EntityManager, snapshot: Snapshot): Promise<void> {
    if (!this.isFresh() || (await entries.keysSeen(tx)) > snapshot.size) throw new NotYet('snapshot');
  }
}

const headOf = (snapshot: Snapshot) => ({ size: snapshot.size.toString(), root: snapshot.rootBase64 });
