import { parseDecision, parseManifest, signedDigest, verifyManifest } from '#envelope';
import type { Manifest } from '#envelope';
import type { Snapshot } from '#snapshot';
import { claimInbox, claimInboxes, inboxHolds } from '#messaging';
import { isStoreAway, isStoreFailure } from '#persistence';
import { Together } from '#platform';
import type { MessageSubmittedV1 } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { SetAside } from '../domain/errors.js';
import { entries } from '../persistence/entry.store.js';
import { messages } from '../persistence/message.store.js';
import type { MessageKey, StoredMessage } from '../persistence/message.store.js';
import { together } from '../persistence/together.store.js';
import { retractions } from '../persistence/retraction.store.js';
import { schema } from '../persistence/index.js';
import { digestOf } from './ground.js';
import type { Judge, Judgement } from './judge.js';
import type { KeepBlobs } from './keep-blobs.js';
import type { Decided as JudgedOf, Recorder } from './recorder.js';
import { settledOf } from './settled.js';
import { publishedBy, readable } from './sender.js';
import type { EstablishSender } from './sender.js';

export type Decided = {
  readonly messageId: string;
  readonly sender: string;
  readonly outcome: 'permit' | 'assess' | 'deny' | 'expired' | 'known';
};

/** A message that was verified and judged, with what claims it. */
interface JudgedMessage extends JudgedOf {
  readonly id: string;
  readonly digest: Uint8Array;
}
type Settled = PromiseSettledResult<Decided['outcome']>;

/** Recorded in one transaction at most, and milliseconds between two of them: one that comes alone waits for nobody. */
const [AT_ONCE, APART_MS] = [50, 60];

/** Where no ciphertexts are kept, none is here. */
const NO_BLOBS: Pick<KeepBlobs, 'holds'> = {
  holds: (_, { attachments }) => Promise.resolve(attachments === undefined),
};

/** Design.md section 4, step 3: verify, check, sign, record, in one committed transaction. */
export class DecideMessage {
  private readonly together = new Together((all: readonly JudgedMessage[]) => this.recordAll(all), AT_ONCE, APART_MS);

  constructor(
    private readonly dataSource: DataSource,
    private readonly senders: EstablishSender,
    private readonly judge: Judge,
    private readonly recorder: Recorder,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void,
    private readonly keeping: Pick<KeepBlobs, 'holds'> = NO_BLOBS,
  ) {}

  /**
   * @param account broker-checked account that published
   * @throws {SetAside} when the sender cannot be established, or what came contradicts what is recorded. @throws {NotYet}
   */
  async execute(message: MessageSubmittedV1, account: string): Promise<Decided> {
    const { manifest, kid } = readable('manifest-unreadable', () => parseManifest(message.manifest));
    const { gateway, sender, messageId } = manifest;
    // (message id, attempt) of its sender stands for one manifest, for ever.
    const id = inboxIdOf(manifest);
    const digest = signedDigest(message.manifest);
    try {
      const judged = { ...(await this.judged(message, manifest, kid, account)), id, digest };
      const settled = isPlain(judged) ? await this.together.add(judged) : await settledOf(this.alone(judged));
      if (settled.status === 'rejected') throw settled.reason;
      this.crash('exchange.decide.after-commit');
      return { messageId, sender, outcome: settled.value };
    } catch (error) {
      // Of what was handled before nothing is judged again, whatever has ended since.
      const isKnown =
        (await this.isKnown(gateway, account, id, digest, error)) || (await this.isSentAgain(manifest, error));
      if (isKnown) return { messageId, sender, outcome: 'known' };
      throw error;
    }
  }

  private async isKnown(gateway: string, account: string, id: string, digest: Uint8Array, error: unknown) {
    if (!publishedBy(gateway, account) || isStoreFailure(error)) return false;
    return inboxHolds(this.dataSource.manager, schema, 'message', id, digest);
  }

  /**
   * A gateway that was restored from a backup signs and seals once more what it had sent. The first stands, and its sender's gateway is told of that one; what is to
   * another recipient or in another case under the same id is another message.
   * @param error of one whose sender was established
   */
  private async isSentAgain(
    { sender, messageId, attempt, recipient, caseId, gateway }: Manifest,
    error: unknown,
  ): Promise<boolean> {
    if ((error as { readonly code?: unknown }).code !== 'id-reuse') return false;
    const first = await this.dataSource.transaction((tx) => messages.find(tx, { sender, messageId, attempt }));
    return first?.recipient === recipient && first.caseId === caseId && first.gateway === gateway;
  }

  /** Who stands behind it, and what the law says of it. */
  private async judged(
    message: MessageSubmittedV1,
    manifest: Manifest,
    kid: string,
    account: string,
  ): Promise<Omit<JudgedMessage, 'id' | 'digest'>> {
    const { env, gateway, sender } = manifest;
    const decidedAt = this.now();
    const snapshot = await this.senders.establish(
      { kid, env, gateway, authority: sender, at: decidedAt, isKnown: (at) => hasAllOf(manifest, at) },
      account,
      { key: 'manifest-key', signature: 'manifest-signature' },
      (key) => verifyManifest(message.manifest, key),
    );
    const stored = toStored(message, manifest, decidedAt);
    if (stored.jweSha256 === manifest.jwe.sha256 && message.jwe.length !== manifest.jwe.length) {
      throw new SetAside('length-mismatch');
    }
    // Its gateway brings them first: what names others is not decided on, and nobody waits for what may never come.
    if (!(await this.keeping.holds(this.dataSource.manager, manifest))) throw new SetAside('attachment-missing');
    const judgement = await this.judge.judge(manifest, stored.jweSha256, snapshot, decidedAt);
    return { message: stored, judgement, decidedAt };
  }

  /** Any message, in a transaction of its own. */
  private alone({ id, digest, ...decided }: JudgedMessage): Promise<Decided['outcome']> {
    const { message, judgement, decidedAt } = decided;
    return this.dataSource.transaction(async (tx) => {
      if (!(await claimInbox(tx, schema, 'message', id, digest))) return 'known';
      await this.inOrder(tx, message);
      if (isExpired(decided)) {
        await messages.add(tx, { ...message, state: 'expired', jwe: undefined });
        const body = { kind: 'expired' as const, ...subject(message) };
        await this.recorder.notice(tx, message.gateway, body, judgement.snapshot, decidedAt);
        return 'expired';
      }
      await messages.add(tx, message);
      await this.recorder.decision(tx, decided);
      this.crash('exchange.decide.before-commit');
      return judgement.outcome;
    });
  }

  /** First attempts that have time left, in one transaction with one lock of each counter. When it fails each is recorded alone: none fails for another. */
  private async recordAll(all: readonly JudgedMessage[]): Promise<readonly Settled[]> {
    let recorded: ReadonlySet<JudgedMessage>;
    try {
      recorded = await this.dataSource.transaction((tx) => this.recordSome(tx, all));
    } catch (error) {
      if (isStoreAway(error)) throw error;
      recorded = new Set();
    }
    return Promise.all(
      all.map((one) =>
        recorded.has(one)
          ? ({ status: 'fulfilled', value: one.judgement.outcome } as const)
          : settledOf(this.alone(one)),
      ),
    );
  }

  /** @returns those that nobody had claimed before */
  private async recordSome(tx: EntityManager, all: readonly JudgedMessage[]): Promise<ReadonlySet<JudgedMessage>> {
    const once = new Map(all.map((one) => [one.id, one]));
    const claimed = await claimInboxes(tx, schema, 'message', [...once.values()]);
    const fresh = [...once.values()].filter(({ id }) => claimed.has(id));
    if (fresh.length === 0) return new Set();
    await together.addMessages(
      tx,
      fresh.map(({ message }) => message),
    );
    await this.recorder.decisions(tx, fresh);
    this.crash('exchange.decide.before-commit');
    return new Set(fresh);
  }

  /**
   * Decides once more on a message whose earlier decision no longer stands.
   * @param decidedAt the time for which it was judged
   */
  async again(tx: EntityManager, message: StoredMessage, judgement: Judgement, decidedAt: Date): Promise<string> {
    return this.recorder.decision(tx, { message, judgement, decidedAt });
  }

  /**
   * Attempt n+1 is taken only when n was refused for its key, is out and has no technical receipt, or was not opened (design.md section 7). What the law stopped,
   * what the recipient rejected for another reason, or what has expired, has ended, and its sender was told. It is the same message to the same recipient in the
   * same case: under one id there is one business effect (I2).
   */
  private async inOrder(
    tx: EntityManager,
    { sender, messageId, attempt, recipient, caseId, gateway }: StoredMessage,
  ): Promise<void> {
    if (attempt === 1) return;
    const before = await messages.find(tx, { sender, messageId, attempt: attempt - 1 });
    const same = before?.recipient === recipient && before.caseId === caseId;
    const open =
      before?.state === 'released' || (before?.state === 'rejected' && (await messages.isUnopened(tx, before)));
    const forKey = before?.state === 'refused' && (await this.refusedForKey(tx, before));
    // What its sender has taken back is disclosed by no further attempt, nor while that is for a person to settle.
    const isRetracted = (await retractions.takingBack(tx, [{ sender, messageId, gateway }]))({ sender, messageId });
    if (!same || isRetracted || !(open || forKey)) throw new SetAside('attempt-out-of-order');
  }

  private async refusedForKey(tx: EntityManager, message: StoredMessage): Promise<boolean> {
    const text = await entries.standing(tx, message);
    if (text === undefined) return false;
    const { verification } = parseDecision(text).decision.verdict as { readonly verification?: readonly string[] };
    return verification?.includes('SEALING_KEY_NOT_LIVE') === true;
  }
}

const isExpired = ({ message, decidedAt }: JudgedOf): boolean => decidedAt.getTime() > message.expiresAt.getTime();

/** Nothing that came before has a say in it. */
const isPlain = (judged: JudgedOf): boolean => judged.message.attempt === 1 && !isExpired(judged);

/** Whether the log has the keys and the function that a message names. A sender's gateway may have read it a moment further. */
const hasAllOf = ({ sender, documentKey, recipient, recipientFunction, sealingKey }: Manifest, at: Snapshot): boolean =>
  at.everHad(sender, documentKey) &&
  at.everHad(recipient, sealingKey) &&
  at.authority(recipient)?.functions.some(({ id }) => id === recipientFunction) === true;

/** By which a message is claimed. */
export const inboxIdOf = ({ sender, messageId, attempt }: MessageKey): string => `${sender} ${messageId}.${attempt}`;

/** What a notice about a message names. */
export const subject = ({ messageId, attempt, sender, recipient }: StoredMessage) => ({
  messageId,
  attempt,
  sender,
  recipient,
});

const toStored = (message: MessageSubmittedV1, manifest: Manifest, at: Date): StoredMessage => ({
  sender: manifest.sender,
  messageId: manifest.messageId,
  attempt: manifest.attempt,
  recipient: manifest.recipient,
  caseId: manifest.caseId,
  gateway: manifest.gateway,
  manifest: message.manifest,
  manifestSha256: digestOf(message.manifest),
  jwe: message.jwe,
  jweSha256: digestOf(message.jwe),
  receivedAt: at,
  expiresAt: new Date(manifest.expiresAt),
  state: 'decided',
});
