import { MAX_STATEMENT } from '#contracts';
import { signDecision, signNotice } from '#envelope';
import type { Decision, Notice, Signer } from '#envelope';
import { newestLive } from '#keystore';
import type { Snapshot } from '#snapshot';
import type { EntityManager } from 'typeorm';
import { NotYet } from '../domain/errors.js';
import { entries } from '../persistence/entry.store.js';
import type { StoredNotice } from '../persistence/entry.store.js';
import type { StoredMessage } from '../persistence/message.store.js';
import { together } from '../persistence/together.store.js';
import { digestOf } from './ground.js';
import type { Judgement } from './judge.js';

/** A notice without what every notice has. */
export type NoticeBody = Omit<Notice, 'v' | 'env' | 'entryId' | 'keys' | 'at'>;

/** What was judged of a message that is stored. */
export interface Decided {
  readonly message: StoredMessage;
  readonly judgement: Judgement;
  /** The time for which it was judged. */
  readonly decidedAt: Date;
}
/** What a notice says, and to which gateway. */
export interface Noticed {
  readonly gateway: string;
  readonly body: NoticeBody;
  readonly snapshot: Snapshot;
  readonly at: Date;
  /** Exact bytes of what the notice takes into the log. */
  readonly statement?: string;
  /** What travels beside it. */
  readonly sealed?: string;
  /** Of what was released to its recipient, whose gateway is told as well, and told again when it asks. */
  readonly toRecipient?: boolean;
}

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
  async decision(tx: EntityManager, decided: Decided): Promise<string> {
    const [entryId = ''] = await this.decisions(tx, [decided]);
    return entryId;
  }

  /** Several decisions, numbered in this order. @returns their entry ids. @throws {NotYet} as for one */
  async decisions(tx: EntityManager, all: readonly Decided[]): Promise<readonly string[]> {
    await this.mayName(
      tx,
      all.map(({ judgement }) => judgement.snapshot),
    );
    const numbers = await together.nextNumbers(
      tx,
      all.map(({ message }) => message.sender),
    );
    const signed = await Promise.all(all.map((decided, nth) => this.signed(decided, numbers[nth] ?? NaN)));
    await together.addDecisions(tx, signed);
    return signed.map(({ entryId }) => entryId);
  }

  private async signed({ message, judgement, decidedAt }: Decided, number: number) {
    const { snapshot, outcome } = judgement;
    const { sender, messageId, attempt } = message;
    const entryId = this.fresh.id();
    const decision: Decision = {
      v: 1,
      kind: 'decision',
      env: this.environment,
      entryId,
      messageId,
      attempt,
      caseId: message.caseId,
      sender,
      recipient: message.recipient,
      outcome,
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
    const key = { sender, messageId, attempt };
    const rest = { keysSize: snapshot.size, decidedAt, number, annex: message.manifest };
    return { ...key, ...rest, entryId, outcome, decision: text, blind };
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
    beside: Pick<Noticed, 'statement' | 'sealed' | 'toRecipient'> = {},
  ): Promise<string> {
    const [entryId = ''] = await this.notices(tx, [{ gateway, body, snapshot, at, ...beside }]);
    return entryId;
  }

  /** Several notices. @returns their entry ids. @throws {NotYet} as for a decision */
  async notices(tx: EntityManager, all: readonly Noticed[]): Promise<readonly string[]> {
    await this.mayName(
      tx,
      all.map(({ snapshot }) => snapshot),
    );
    const signed = await Promise.all(all.map((noticed) => this.signedNotice(noticed)));
    await together.addNotices(tx, signed);
    return signed.map(({ entryId }) => entryId);
  }

  private async signedNotice({ gateway, body, snapshot, at, ...rest }: Noticed): Promise<StoredNotice> {
    const { statement, sealed, toRecipient = false } = rest;
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
    const beside = { ...(statement === undefined ? {} : { statement }), ...(sealed === undefined ? {} : { sealed }) };
    const { kind, recipient, messageId } = body;
    const told = toRecipient ? { recipient, messageId } : {};
    return { entryId, kind, gateway, notice: text, blind: this.fresh.blind(), at, ...beside, ...told };
  }

  /** What a key signs that is not live at the size it names is believed by nobody: until there is one that is, all waits. @throws {NotYet} */
  private live(snapshot: Snapshot, at: Date): Signer {
    const then = snapshot.on(at);
    const found = newestLive(this.signers(), (kid) => then.key(kid)?.use === 'decision');
    if (found === undefined) throw new NotYet('live-key');
    return found;
  }

  /**
   * `keys` never decreases over all that the exchange signs and releases by, and is never of long ago (design.md section 7). What has been seen stays the newest until
   * the caller's transaction ends. @throws {NotYet}
   */
  async mayName(tx: EntityManager, snapshots: readonly Snapshot[]): Promise<void> {
    if (!this.isFresh()) throw new NotYet('snapshot');
    const seen = await entries.keysSeen(tx);
    if (snapshots.some(({ size }) => size < seen)) throw new NotYet('snapshot');
  }
}

const headOf = (snapshot: Snapshot) => ({ size: snapshot.size.toString(), root: snapshot.rootBase64 });
