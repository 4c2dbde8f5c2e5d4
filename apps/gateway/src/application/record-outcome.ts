import { EnvelopeError, openNote, parseManifest, parseReceipt, sha256Base64url, verifyReceipt } from '#envelope';
import type { Decision, Notice, Receipt } from '#envelope';
import type {
  MessageDecidedV1,
  MessageState,
  NoticeIssuedV1,
  ReceiptRecordedV1,
  RetractionRecordedV1,
} from '#contracts';
import { parseStrict } from '#json';
import type { Snapshot } from '#snapshot';
import { MOST_ATTEMPTS, refusedForKey, rejectedForKey } from '../domain/attempts.js';
import { clockOf, duesOf, duesOfRetraction, metBy } from '../domain/deadlines.js';
import { RejectedDelivery, UntrustedStatement } from '../domain/errors.js';
import { opensIncident } from '../domain/incident.js';
import { isTerminal } from '../domain/message-state.js';
import { recordStateOf } from '../domain/record-state.js';
import { isRequest } from '../domain/request.js';
import type { KeyStore } from '../keys/key-store.js';
import { digestOf } from './law.js';
import type { Dues } from './ports/due.js';
import type { NewIncident } from './ports/incident.js';
import type { RecordStore } from './ports/record.js';
import type {
  EarlierAttempt,
  MessageOutline,
  ReferralStore,
  StoredMessage,
  StoredStatement,
  Told,
} from './ports/referral.js';
import type { RetractionStore } from './ports/retraction.js';
import type { Now } from './ports/time-and-ids.js';
import type { VerifiedRetraction } from './receive-retraction.js';
import type { VerifyEvidence } from './verify-evidence.js';

export interface Recorded {
  readonly messageId: string;
  readonly kind: string;
  readonly outcome: 'recorded' | 'unknown';
  /** Whose it is, where no message is named. */
  readonly authority?: string;
  /** Why it was set aside, or discarded, where no message is named. */
  readonly reason?: string;
}

/** What a receipt says of its message's progress; `form-rejected` and `handled` leave what was fetched fetched, or acknowledged. */
const factOf: Readonly<Record<Receipt['kind'], MessageState>> = {
  technical: 'fetched',
  rejected: 'rejected',
  accepted: 'acknowledged',
  'form-rejected': 'fetched',
  handled: 'acknowledged',
  // It has arrived; that it is answered for is no acknowledgement of the message.
  'retraction-acknowledged': 'fetched',
  'correction-acknowledged': 'acknowledged',
  'request-refused': 'acknowledged',
  'subscription-answered': 'acknowledged',
};
const factOfNotice: Readonly<Partial<Record<Notice['kind'], MessageState>>> = {
  expired: 'expired',
  withdrawn: 'withdrawn',
  quarantined: 'quarantined',
  discarded: 'discarded',
};

/** What a gateway gave back had been released to it. */
const factOfSetAside = ({ kind, reason }: Notice): MessageState | undefined =>
  kind === 'quarantined' && reason === 'refused-by-gateway' ? 'delivery-quarantined' : undefined;

/** What else may be told of, where the gateway has it. */
export interface OutcomesBeside {
  /** Called when a message waits for another key of its recipient. */
  readonly awaiting?: () => void;
  readonly records?: Pick<RecordStore, 'ofMessage' | 'told'>;
  /** Notes that a hold of this gateway's stands in the log. @returns whether there is such a hold */
  readonly held?: (authority: string, statementSha256: string) => Promise<boolean>;
  /** Notes that a notice came of which nothing else is kept under its entry id. */
  readonly noted?: (entryId: string) => Promise<void>;
}

/** Brings home to the sender what became of its messages: each statement verified, kept with its proof, and applied once. */
export class RecordOutcome {
  constructor(
    private readonly evidence: VerifyEvidence,
    private readonly store: ReferralStore,
    private readonly retractions: Pick<RetractionStore, 'given'>,
    private readonly keys: KeyStore,
    private readonly now: Now,
    private readonly beside: OutcomesBeside = {},
  ) {}

  /** @throws {UntrustedStatement | NotYet} */
  async decided(message: MessageDecidedV1): Promise<Recorded> {
    const { decision, snapshot } = await trusted(() =>
      this.evidence.decision({ entry: message.decision, blind: message.blind, proof: message.proof }),
    );
    const own = await this.own(decision.sender, decision.messageId, decision);
    if (own === undefined || isGone(own, decision.attempt))
      return { messageId: decision.messageId, kind: 'decision', outcome: 'unknown' };
    const of = attemptOf(own, decision.attempt);
    const agree =
      decision.messageId === message.messageId &&
      decision.attempt === message.attempt &&
      decision.recipient === own.recipient &&
      decision.manifestSha256 === of?.manifestSha256 &&
      decision.jweSha256 === of.jweSha256;
    if (!agree) throw new UntrustedStatement('decision-binding');
    await this.keyHadEnded(decision, snapshot);
    return this.keep(
      decision.sender,
      {
        entryId: decision.entryId,
        messageId: decision.messageId,
        attempt: decision.attempt,
        kind: 'decision',
        entry: message.decision,
        blind: message.blind,
        proof: message.proof,
        at: new Date(decision.decidedAt),
      },
      decision.outcome === 'permit' ? 'released' : ended('refused', refusedForKey(decision), decision.attempt),
      decision.outcome === 'permit' && decision.attempt === own.attempt
        ? { set: duesOf(own.type, clockOf(decision), new Date(decision.decidedAt), this.now()), at: this.now() }
        : undefined,
      undefined,
      own,
    );
  }

  /** Of an exchange that says so of a key that was live it is not believed: it would choose which key its sender seals to next. */
  private async keyHadEnded(decision: Decision, snapshot: Snapshot): Promise<void> {
    if (!refusedForKey(decision)) return;
    const message = await this.store.findMessage(decision.sender, decision.messageId);
    const { manifest } = attemptOf(message, decision.attempt)?.detail ?? {};
    if (manifest === undefined) return;
    const { sealingKey } = parseManifest(manifest).manifest;
    const key = snapshot.on(new Date(decision.decidedAt)).key(sealingKey);
    if (key?.use === 'sealing' && key.holder === decision.recipient)
      throw new UntrustedStatement('sealing-key-is-live');
  }

  /** @throws {UntrustedStatement | NotYet} */
  async receipt(message: ReceiptRecordedV1): Promise<Recorded> {
    const { notice, snapshot } = await trusted(() =>
      this.evidence.notice({ entry: message.notice, blind: message.blind, proof: message.proof }),
    );
    const { receipt, kid } = readable(() => parseReceipt(message.receipt));
    if (notice.kind !== 'receipt-recorded' || notice.statementSha256 !== sha256Base64url(message.receipt)) {
      throw new UntrustedStatement('notice-binding');
    }
    const sender = notice.sender ?? (await this.senderOf(receipt.messageId));
    const { attempt, by: recipient, jweSha256 } = receipt;
    const told = { attempt, recipient, jweSha256 };
    const own = sender === undefined ? undefined : await this.own(sender, receipt.messageId, told);
    if (sender === undefined || own === undefined || isGone(own, receipt.attempt))
      return { messageId: receipt.messageId, kind: receipt.kind, outcome: 'unknown' };
    await this.receiptSignature(receipt, kid, message.receipt, snapshot);
    if (receipt.by !== own.recipient || receipt.jweSha256 !== attemptOf(own, receipt.attempt)?.jweSha256) {
      throw new UntrustedStatement('receipt-binding');
    }
    if (receipt.kind === 'request-refused' && !isRequest(own.type)) throw new UntrustedStatement('receipt-binding');
    if (receipt.retractionId !== undefined) {
      const [given] = await this.retractions.given(sender, [receipt.messageId]);
      // Of one that was erased nobody can say.
      if (given !== undefined && given.retractionId !== receipt.retractionId)
        throw new UntrustedStatement('receipt-binding');
    }
    const note = await this.note(sender, receipt, message.sealed);
    return this.keep(
      sender,
      {
        entryId: notice.entryId,
        messageId: receipt.messageId,
        attempt: receipt.attempt,
        kind: notice.kind,
        entry: message.notice,
        statement: message.receipt,
        blind: message.blind,
        proof: message.proof,
        ...(note === undefined ? {} : { note }),
        at: new Date(receipt.at),
      },
      rejectedForKey(receipt) ? ended('rejected', true, receipt.attempt) : factOf[receipt.kind],
      { met: metBy(receipt.kind), at: this.now() },
      // An authority becomes aware when it is told.
      opensIncident(receipt.kind, receipt.reason)
        ? {
            incidentId: receipt.receiptId,
            messageId: receipt.messageId,
            side: 'sender',
            other: receipt.by,
            openedAt: this.now(),
          }
        : undefined,
      own,
    );
  }

  /** @throws {UntrustedStatement | NotYet} */
  async notice(message: NoticeIssuedV1): Promise<Recorded> {
    const { notice } = await trusted(() =>
      this.evidence.notice({ entry: message.notice, blind: message.blind, proof: message.proof }),
    );
    if (notice.kind === 'hold-recorded') {
      const { sender = '', statementSha256 = '' } = notice;
      const isOurs = this.keys.hosts(sender) && (await this.beside.held?.(sender, statementSha256)) === true;
      await this.beside.noted?.(notice.entryId);
      return { messageId: notice.entryId, kind: notice.kind, outcome: isOurs ? 'recorded' : 'unknown' };
    }
    if (notice.messageId === undefined) {
      const { entryId, kind, sender, reason } = notice;
      await this.beside.noted?.(entryId);
      return {
        messageId: entryId,
        kind,
        outcome: 'unknown',
        ...(sender === undefined ? {} : { authority: sender }),
        ...(reason === undefined ? {} : { reason }),
      };
    }
    const sender = notice.sender ?? (await this.senderOf(notice.messageId));
    if (sender === undefined || !this.keys.hosts(sender))
      return { messageId: notice.messageId, kind: notice.kind, outcome: 'unknown' };
    const ofRecord = await this.ofRecord(sender, notice, message);
    if (ofRecord !== undefined) return ofRecord;
    return this.keep(
      sender,
      {
        entryId: notice.entryId,
        messageId: notice.messageId,
        ...(notice.attempt === undefined ? {} : { attempt: notice.attempt }),
        kind: notice.kind,
        entry: message.notice,
        blind: message.blind,
        proof: message.proof,
        at: new Date(notice.at),
      },
      factOfSetAside(notice) ?? factOfNotice[notice.kind],
    );
  }

  /** What is told of a disclosure that was recorded here. @returns undefined when there is none @throws {UntrustedStatement} */
  private async ofRecord(sender: string, notice: Notice, message: NoticeIssuedV1): Promise<Recorded | undefined> {
    const { entryId, kind, messageId = '' } = notice;
    const state = recordStateOf[kind];
    const record = state === undefined ? undefined : await this.beside.records?.ofMessage(sender, messageId);
    if (state === undefined || record === undefined) return undefined;
    const isBound =
      notice.recipient === record.recipient &&
      (state !== 'logged' || notice.statementSha256 === sha256Base64url(record.detail.statement));
    if (!isBound) throw new UntrustedStatement('notice-binding');
    const { notice: entry, blind, proof } = message;
    await this.beside.records?.told(sender, messageId, state, { entryId, entry, blind, proof });
    return { messageId, kind, outcome: 'recorded' };
  }

  /**
   * A retraction of this gateway's, in the log.
   * @param message verified
   * @throws {UntrustedStatement}
   */
  async retraction({ retraction, notice }: VerifiedRetraction, message: RetractionRecordedV1): Promise<Recorded> {
    const { sender, messageId, recipient, attempt, jweSha256 } = retraction;
    const own = await this.own(sender, messageId, retraction);
    if (own === undefined || isGone(own, attempt)) return { messageId, kind: notice.kind, outcome: 'unknown' };
    if (recipient !== own.recipient || jweSha256 !== attemptOf(own, attempt)?.jweSha256)
      throw new UntrustedStatement('retraction-binding');
    const now = this.now();
    const dues =
      notice.kind === 'withdrawn' || isTerminal(own.state) ? undefined : { ...duesOfRetraction(now), at: now };
    return this.keep(
      sender,
      {
        entryId: notice.entryId,
        messageId,
        attempt,
        kind: notice.kind,
        entry: message.notice,
        statement: message.retraction,
        blind: message.blind,
        proof: message.proof,
        at: new Date(notice.at),
      },
      factOfNotice[notice.kind],
      dues,
      undefined,
      own,
    );
  }

  private async keep(
    sender: string,
    statement: StoredStatement,
    fact: MessageState | undefined,
    dues?: Dues,
    incident?: NewIncident,
    from?: Own,
  ): Promise<Recorded> {
    const outcome = await this.store.record(sender, statement, fact, dues, incident, from);
    if (fact === 'awaiting-key') this.beside.awaiting?.();
    return { messageId: statement.messageId, kind: statement.kind, outcome };
  }

  private async receiptSignature(receipt: Receipt, kid: string, text: string, snapshot: Snapshot): Promise<void> {
    const record = snapshot.key(kid);
    const gateway = snapshot.authority(receipt.by)?.gateway;
    if (record?.use !== 'manifest' || record.holder !== `gateway:${receipt.gateway}` || gateway !== receipt.gateway) {
      throw new UntrustedStatement('receipt-key');
    }
    try {
      await verifyReceipt(text, record.public);
    } catch (error) {
      if (error instanceof EnvelopeError) throw new UntrustedStatement('receipt-signature');
      throw error;
    }
  }

  /** Opens the diary number beside a receipt. One that does not open is left out: the receipt itself still stands. */
  private async note(
    sender: string,
    receipt: Receipt,
    sealed: string | undefined,
  ): Promise<{ diaryNumber: string } | undefined> {
    if (sealed === undefined || receipt.sealedSha256 !== digestOf(sealed)) return undefined;
    for (const opener of this.keys.openers(sender)) {
      try {
        const note = parseStrict(await openNote(opener, sealed, receipt)) as { diaryNumber?: unknown } | null;
        if (typeof note?.diaryNumber === 'string' && note.diaryNumber.length <= 64)
          return { diaryNumber: note.diaryNumber };
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
      }
    }
    return undefined;
  }

  private async own(sender: string, messageId: string, told: Told): Promise<Own | undefined> {
    if (!this.keys.hosts(sender)) return undefined;
    const outline = await this.store.outline(sender, messageId, told);
    if (outline === undefined || outline.attempt === 1) return outline;
    const { earlier } = (await this.store.findMessage(sender, messageId)) ?? {};
    return { ...outline, ...(earlier === undefined ? {} : { earlier }) };
  }

  private async senderOf(messageId: string): Promise<string | undefined> {
    for (const authority of this.keys.authorities) {
      if ((await this.store.outline(authority, messageId)) !== undefined) return authority;
    }
    return undefined;
  }
}

/** Earlier attempts of what is erased are gone with it, so that nothing can be held against them. */
const isGone = (own: Own, attempt: number): boolean => own.erasedAt !== undefined && attempt < own.attempt;

/** A message of this gateway's, with what was signed and sealed as its earlier attempts. */
interface Own extends MessageOutline, Pick<StoredMessage, 'earlier'> {}

/** What was signed and sealed as this attempt. */
const attemptOf = <M extends Pick<StoredMessage, 'attempt' | 'earlier'>>(
  own: M | undefined,
  attempt: number,
): M | EarlierAttempt | undefined =>
  attempt === own?.attempt ? own : own?.earlier?.find((earlier) => earlier.attempt === attempt);

/** How an attempt ended, unless it may be made again. */
const ended = (fact: 'refused' | 'rejected', forKey: boolean, attempt: number): MessageState =>
  forKey && attempt < MOST_ATTEMPTS ? 'awaiting-key' : fact;

const trusted = async <T>(verify: () => Promise<T>): Promise<T> => {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof RejectedDelivery) throw new UntrustedStatement(error.reason);
    throw error;
  }
};

const readable = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EnvelopeError) throw new UntrustedStatement('unreadable');
    throw error;
  }
};
