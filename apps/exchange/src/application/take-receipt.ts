import { setTimeout as delay } from 'node:timers/promises';
import { fitAfter, parseManifest, parseReceipt, sha256Base64url, verifyReceipt } from '#envelope';
import type { Receipt } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { ReceiptSignedV1 } from '#contracts';
import type { DataSource } from 'typeorm';
import { SetAside } from '../domain/errors.js';
import { messages } from '../persistence/message.store.js';
import type { MessageKey } from '../persistence/message.store.js';
import { retractions } from '../persistence/retraction.store.js';
import { digestOf } from './ground.js';
import type { Recorder } from './recorder.js';
import { publishedBy, readable } from './sender.js';
import type { EstablishSender } from './sender.js';

export interface TakenReceipt {
  readonly messageId: string;
  readonly kind: Receipt['kind'];
  readonly outcome: 'taken' | 'known';
}

/** Design.md section 4, step 7: a receipt is taken into the log by a signed notice, and goes on to the sender. */
export class TakeReceipt {
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
    if (sealed && publishedBy(gateway, account)) {
      const known = await messages.holdsReceipt(this.dataSource.manager, receipt.receiptId, sha256);
      if (known) return { messageId, kind, outcome: 'known' };
    }
    const at = this.now();
    const snapshot = await this.senders.establish(
      { kid, env, gateway, authority: by, at },
      account,
      { key: 'receipt-key', signature: 'receipt-signature' },
      (key) => verifyReceipt(message.receipt, key),
    );
    if (!sealed) throw new SetAside('receipt-unbound');
    // What a gateway gave in order is handled here several at a time: that which must stand before it may be a moment behind.
    let outcome = await this.take(message, receipt, sha256, { snapshot, at });
    for (let tried = 1; outcome === 'early'; tried += 1) {
      if (tried === TRIES) throw new SetAside('receipt-order');
      await delay(PAUSE_MS);
      outcome = await this.take(message, receipt, sha256, { snapshot, at });
    }
    this.crash('exchange.receipt.after-commit');
    return { messageId, kind, outcome };
  }

  private take(
    message: ReceiptSignedV1,
    receipt: Receipt,
    sha256: string,
    { snapshot, at }: { readonly snapshot: Snapshot; readonly at: Date },
  ): Promise<TakenReceipt['outcome'] | 'early'> {
    const { by, messageId, attempt, kind } = receipt;
    return this.dataSource.transaction(async (tx) => {
      const delivery = await messages.delivery(tx, messageId, attempt, by, receipt.decisionEntryId);
      const subject = delivery === undefined ? undefined : await messages.find(tx, delivery);
      const bound = delivery?.entryId === receipt.decisionEntryId && subject?.jweSha256 === receipt.jweSha256;
      if (subject === undefined || !bound) throw new SetAside('receipt-unbound');
      // To the retraction that stands for this attempt, which its recipient was told of.
      if (kind === 'retraction-acknowledged' && (await retractions.of(tx, subject)) !== receipt.retractionId)
        throw new SetAside('receipt-unbound');
      if (kind === 'correction-acknowledged' && !isCorrection(subject.manifest)) throw new SetAside('receipt-unbound');
      const fit = fitAfter(kind, await messages.receiptKinds(tx, subject));
      if (fit === 'contradicts') throw new SetAside('receipt-conflict');
      if (fit === 'early') return 'early';
      const added = await messages.addReceipt(tx, subject, { ...receipt, sha256, at });
      if (added === undefined) throw new SetAside('receipt-conflict');
      if (!added) return 'known';
      if (kind === 'technical') await messages.move(tx, subject, 'fetched', at);
      if (kind === 'rejected') await messages.move(tx, subject, 'rejected', at);
      const { sender, recipient } = subject;
      const body = { kind: 'receipt-recorded' as const, ...keyOf(subject), sender, recipient, statementSha256: sha256 };
      await this.recorder.notice(tx, subject.gateway, body, snapshot, at, {
        statement: message.receipt,
        ...(message.sealed === undefined ? {} : { sealed: message.sealed }),
      });
      this.crash('exchange.receipt.before-commit');
      return 'taken';
    });
  }
}

/** @param manifest empty when it was erased: then nobody can say */
const isCorrection = (manifest: string): boolean =>
  manifest === '' || parseManifest(manifest).manifest.messageType.startsWith('correction/');

const TRIES = 10;
const PAUSE_MS = 200;

const keyOf = ({ messageId, attempt }: MessageKey) => ({ messageId, attempt });
