import { fitAfter, parseManifest, parseReceipt, sha256Base64url, verifyReceipt } from '#envelope';
import type { Receipt } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { ReceiptSignedV1 } from '#contracts';
import { isStoreAway, isStoreFailure } from '#persistence';
import { Together } from '#platform';
import type { DataSource, EntityManager } from 'typeorm';
import { SetAside } from '../domain/errors.js';
import { messages } from '../persistence/message.store.js';
import type { MessageKey } from '../persistence/message.store.js';
import { retractions } from '../persistence/retraction.store.js';
import { together } from '../persistence/together.store.js';
import type { Receiving } from '../persistence/together.store.js';
import { digestOf } from './ground.js';
import type { Noticed, Recorder } from './recorder.js';
import { publishedBy, readable } from './sender.js';
import type { EstablishSender } from './sender.js';
import { settledOf } from './settled.js';

export interface TakenReceipt {
  readonly messageId: string;
  readonly kind: Receipt['kind'];
  /** `early`: what must stand before it is not here yet, and nothing was done. */
  readonly outcome: 'taken' | 'known' | 'early';
}

type Outcome = TakenReceipt['outcome'];

/** A receipt whose signature was verified. */
interface GivenReceipt {
  readonly message: ReceiptSignedV1;
  readonly receipt: Receipt;
  readonly sha256: string;
  readonly snapshot: Snapshot;
  readonly at: Date;
}

/** As decisions are recorded. */
const [AT_ONCE, APART_MS] = [50, 60];

/** Design.md section 4, step 7: a receipt is taken into the log by a signed notice, and goes on to the sender. */
export class TakeReceipt {
  private readonly together = new Together((all: readonly GivenReceipt[]) => this.takeAll(all), AT_ONCE, APART_MS);

  constructor(
    private readonly dataSource: DataSource,
    private readonly senders: EstablishSender,
    private readonly recorder: Recorder,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void,
  ) {}

  /** @throws {SetAside | NotYet} */
  async execute(message: ReceiptSignedV1, account: string): Promise<TakenReceipt> {
    const { receipt, kid } = readable('receipt-unreadable', () => parseReceipt(message.receipt));
    const { env, gateway, by, messageId, kind } = receipt;
    const sha256 = sha256Base64url(message.receipt);
    const sealed = receipt.sealedSha256 === (message.sealed === undefined ? undefined : digestOf(message.sealed));
    const at = this.now();
    try {
      const snapshot = await this.senders.establish(
        { kid, env, gateway, authority: by, at },
        account,
        { key: 'receipt-key', signature: 'receipt-signature' },
        (key) => verifyReceipt(message.receipt, key),
      );
      if (!sealed) throw new SetAside('receipt-unbound');
      const outcome = await this.inOrder({ message, receipt, sha256, snapshot, at });
      this.crash('exchange.receipt.after-commit');
      return { messageId, kind, outcome };
    } catch (error) {
      // Of what was taken before nothing is judged again, whatever has ended since.
      const mayBeKnown = sealed && publishedBy(gateway, account) && !isStoreFailure(error);
      if (!mayBeKnown || !(await messages.holdsReceipt(this.dataSource.manager, receipt.receiptId, sha256)))
        throw error;
      return { messageId, kind, outcome: 'known' };
    }
  }

  private async inOrder(given: GivenReceipt): Promise<Outcome> {
    const first =
      given.receipt.kind === 'technical' ? await this.together.add(given) : await settledOf(this.alone(given));
    if (first.status === 'rejected') throw first.reason;
    return first.value;
  }

  /** Any receipt, in a transaction of its own. */
  private alone({ message, receipt, sha256, snapshot, at }: GivenReceipt): Promise<Outcome> {
    const { by, messageId, attempt, kind } = receipt;
    return this.dataSource.transaction(async (tx) => {
      const delivery = await messages.delivery(tx, messageId, attempt, by, receipt.decisionEntryId);
      const subject = delivery === undefined ? undefined : await messages.find(tx, delivery);
      const bound = delivery?.entryId === receipt.decisionEntryId && subject?.jweSha256 === receipt.jweSha256;
      if (subject === undefined || !bound) throw new SetAside('receipt-unbound');
      // To the retraction that stands for this attempt, which its recipient was told of.
      if (kind === 'retraction-acknowledged' && (await retractions.of(tx, subject)) !== receipt.retractionId)
        throw new SetAside('receipt-unbound');
      const answered = ANSWERED[kind];
      if (answered !== undefined && !isOfType(subject.manifest, answered)) throw new SetAside('receipt-unbound');
      const kinds = await messages.receiptKinds(tx, subject);
      const fit = fitAfter(kind, kinds);
      if (fit === 'contradicts') throw new SetAside('receipt-conflict');
      if (fit === 'early') return 'early';
      const added = await messages.addReceipt(tx, subject, { ...receipt, sha256, at });
      // By a gateway that was restored from a backup, and received it once more: the first receipt stands, and says the same.
      if (added === undefined && kind === 'technical' && kinds.has(kind)) return 'known';
      if (added === undefined) throw new SetAside('receipt-conflict');
      if (!added) return 'known';
      if (kind === 'technical') await messages.move(tx, subject, 'fetched', at);
      if (kind === 'rejected') await messages.move(tx, subject, 'rejected', at);
      await this.recorder.notices(tx, [noticed(subject, { message, receipt, sha256, snapshot, at })]);
      this.crash('exchange.receipt.before-commit');
      return 'taken';
    });
  }

  /** Technical receipts, the first of their attempts, in one transaction. When it fails each is taken alone: none fails for another. */
  private async takeAll(all: readonly GivenReceipt[]): Promise<readonly PromiseSettledResult<Outcome>[]> {
    let taken: ReadonlySet<GivenReceipt>;
    try {
      taken = await this.dataSource.transaction((tx) => this.takeSome(tx, all));
    } catch (error) {
      if (isStoreAway(error)) throw error;
      taken = new Set();
    }
    return Promise.all(
      all.map((one) =>
        taken.has(one) ? ({ status: 'fulfilled', value: 'taken' } as const) : settledOf(this.alone(one)),
      ),
    );
  }

  /** @returns those that stand where nothing stood */
  private async takeSome(tx: EntityManager, all: readonly GivenReceipt[]): Promise<ReadonlySet<GivenReceipt>> {
    const subjects = await together.receiving(
      tx,
      all.map(({ receipt }) => receipt),
    );
    const first = new Map<string, readonly [Receiving, GivenReceipt]>();
    const ids = new Set<string>();
    for (const given of all) {
      const { messageId, attempt, by, decisionEntryId, jweSha256 } = given.receipt;
      const subject = subjects.find((one) => one.entryId === decisionEntryId);
      const bound = subject?.messageId === messageId && subject.attempt === attempt && subject.recipient === by;
      // One id stands for one receipt: a second under it is for `alone` to answer.
      const isSecond = first.has(decisionEntryId) || ids.has(given.receipt.receiptId);
      if (!bound || subject.jweSha256 !== jweSha256 || isSecond) continue;
      ids.add(given.receipt.receiptId);
      first.set(decisionEntryId, [subject, given]);
    }
    const fresh = await together.addFirstReceipts(
      tx,
      [...first.values()].map(([subject, { receipt, sha256, at }]) => ({
        ...receipt,
        sender: subject.sender,
        sha256,
        at,
      })),
    );
    const taken = [...first.values()].filter(([, { receipt }]) => fresh.has(receipt.receiptId));
    if (taken.length === 0) return new Set();
    const at = this.now();
    await together.move(
      tx,
      taken.map(([subject]) => subject),
      'fetched',
      at,
    );
    await this.recorder.notices(
      tx,
      taken.map(([subject, given]) => noticed(subject, given)),
    );
    this.crash('exchange.receipt.before-commit');
    return new Set(taken.map(([, given]) => given));
  }
}

/** What takes a receipt into the log, and tells the sender's gateway. */
const noticed = (
  {
    sender,
    messageId,
    attempt,
    recipient,
    gateway,
  }: MessageKey & { readonly recipient: string; readonly gateway: string },
  { message: { receipt: statement, sealed }, sha256, snapshot, at }: GivenReceipt,
): Noticed => ({
  gateway,
  body: { kind: 'receipt-recorded', messageId, attempt, sender, recipient, statementSha256: sha256 },
  snapshot,
  at,
  statement,
  ...(sealed === undefined ? {} : { sealed }),
});

/** @param manifest empty when it was erased: then nobody can say */
const isOfType = (manifest: string, names: readonly string[]): boolean =>
  manifest === '' || names.includes(parseManifest(manifest).manifest.messageType.split('/')[0] ?? '');

/** Receipts that answer messages of some types alone. */
const ANSWERED: Readonly<Partial<Record<Receipt['kind'], readonly string[]>>> = {
  'correction-acknowledged': ['correction'],
  'request-refused': ['request', 'permit-consultation'],
  'subscription-answered': ['subscription-request'],
};
