import { canonicalBytes } from '#json';
import { fitAfter, sealTo, signReceipt } from '#envelope';
import type { Receipt } from '#envelope';
import { OFFICES } from '#legal-basis';
import type { AcknowledgeDto, GiveReceiptDto, RefuseRequestDto } from '#contracts';
import { GatewayError } from '../domain/errors.js';
import { isCorrection } from '../domain/correction.js';
import { opensIncident } from '../domain/incident.js';
import { isRequest } from '../domain/request.js';
import type { KeyStore } from '../keys/key-store.js';
import { digestOf } from './law.js';
import type { Law } from './law.js';
import type { DeliveryStore, StoredReceipt } from './ports/delivery.js';
import type { NewIncident } from './ports/incident.js';
import type { RetractionStore } from './ports/retraction.js';
import type { NewId, Now } from './ports/time-and-ids.js';

/** What an authority says in a receipt of its own. */
interface Said {
  readonly kind: Exclude<StoredReceipt['kind'], 'technical'>;
  readonly reason?: string;
  readonly diaryNumber?: string;
  readonly retractionId?: string;
  readonly refusedBy?: StoredReceipt['detail']['refusedBy'];
  readonly system?: string;
}

/** A receipt of an authority: signed, logged, and its diary number sealed to the sending authority. */
export class GiveReceipt {
  constructor(
    private readonly store: DeliveryStore,
    private readonly retractions: Pick<RetractionStore, 'received'>,
    private readonly law: Law,
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly newId: NewId,
    private readonly now: Now,
  ) {}

  /**
   * @returns the receipt; the one given before when it said the same
   * @param system that gives it
   * @throws {GatewayError} NOT_FOUND, RECEIPT_INVALID, RECEIPT_EXISTS, RECEIPT_CONTRADICTS
   */
  async execute(authority: string, messageId: string, given: GiveReceiptDto, system?: string): Promise<StoredReceipt> {
    if ((given.kind === 'form-rejected') !== (given.reason !== undefined)) {
      throw new GatewayError('RECEIPT_INVALID', {
        faults: [{ path: 'reason', code: 'required-with-form-rejected-alone' }],
      });
    }
    if (given.diaryNumber !== undefined && given.kind !== 'accepted') {
      throw new GatewayError('RECEIPT_INVALID', { faults: [{ path: 'diaryNumber', code: 'with-accepted-alone' }] });
    }
    const { kind, reason, diaryNumber } = given;
    return this.give(authority, messageId, {
      kind,
      ...(reason === undefined ? {} : { reason }),
      ...(diaryNumber === undefined ? {} : { diaryNumber }),
      ...(system === undefined ? {} : { system }),
    });
  }

  /**
   * What became of a message that its sender took back, or of what a correction is about. A retraction of a correction is answered before the correction.
   * @throws {GatewayError} NOT_FOUND, NOTHING_TO_ACKNOWLEDGE, RECEIPT_EXISTS
   */
  async acknowledge(authority: string, messageId: string, { code }: AcknowledgeDto): Promise<StoredReceipt> {
    const delivery = await this.store.find(authority, messageId);
    if (delivery === undefined) throw new GatewayError('NOT_FOUND');
    const [retraction] = await this.retractions.received(authority, [messageId]);
    if (retraction !== undefined) {
      const { retractionId } = retraction;
      return this.give(authority, messageId, { kind: 'retraction-acknowledged', reason: code, retractionId });
    }
    if (!isCorrection(delivery.type)) throw new GatewayError('NOTHING_TO_ACKNOWLEDGE');
    return this.give(authority, messageId, { kind: 'correction-acknowledged', reason: code });
  }

  /**
   * An officer's, of what was asked for (OSL 6:3).
   * @throws {GatewayError} NOT_FOUND: there is no such request; REQUEST_INVALID, RECEIPT_EXISTS, RECEIPT_CONTRADICTS
   */
  async refuse(authority: string, messageId: string, said: RefuseRequestDto, system: string): Promise<StoredReceipt> {
    const delivery = await this.store.find(authority, messageId);
    if (delivery === undefined || !isRequest(delivery.type)) throw new GatewayError('NOT_FOUND');
    const { reason, office, officer, mandate } = said;
    if (!(OFFICES as readonly string[]).includes(office))
      throw new GatewayError('REQUEST_INVALID', { faults: [{ path: 'office', code: 'unknown-code' }] });
    const refusedBy = { office, officer, mandate };
    return this.give(authority, messageId, { kind: 'request-refused', reason, refusedBy, system });
  }

  private async give(authority: string, messageId: string, said: Said): Promise<StoredReceipt> {
    const delivery = await this.store.find(authority, messageId);
    if (delivery === undefined) throw new GatewayError('NOT_FOUND');
    const before = await this.store.receipts(authority, messageId);
    const earlier = before.find((r) => r.kind === said.kind);
    if (earlier !== undefined) return sameOr(earlier, said);
    mayFollow(said.kind, before);
    const at = this.now();
    const { kind, reason, diaryNumber, retractionId, refusedBy } = said;
    const unsealed = {
      v: 1 as const,
      env: this.environment,
      receiptId: this.newId(),
      messageId,
      attempt: delivery.attempt,
      kind,
      by: authority,
      gateway: this.keys.gateway,
      decisionEntryId: delivery.decisionEntryId,
      jweSha256: delivery.jweSha256,
      ...(reason === undefined ? {} : { reason }),
      ...(retractionId === undefined ? {} : { retractionId }),
      ...(refusedBy === undefined
        ? {}
        : { refusedBy: { ...refusedBy, officer: this.keys.pseudonym(authority, refusedBy.officer) } }),
      at: at.toISOString(),
    };
    const sealed = diaryNumber === undefined ? undefined : await this.seal(delivery.sender, diaryNumber, unsealed);
    const receipt: Receipt = { ...unsealed, ...(sealed === undefined ? {} : { sealedSha256: digestOf(sealed) }) };
    const text = await signReceipt(this.keys.manifestSigner, receipt);
    const stored: StoredReceipt = {
      receiptId: receipt.receiptId,
      kind,
      receipt: text,
      at,
      detail: {
        ...(reason === undefined ? {} : { reason }),
        ...(diaryNumber === undefined ? {} : { diaryNumber }),
        ...(refusedBy === undefined ? {} : { refusedBy }),
      },
      ...(said.system === undefined ? {} : { system: said.system }),
    };
    const body = canonicalBytes({ receipt: text, ...(sealed === undefined ? {} : { sealed }) });
    const incident: NewIncident | undefined = opensIncident(kind, reason)
      ? { incidentId: receipt.receiptId, messageId, side: 'recipient', other: delivery.sender, openedAt: at }
      : undefined;
    const outgoing = { id: this.newId(), type: 'receipt.signed.v1', body } as const;
    const first = await this.store.addReceipt(authority, messageId, stored, outgoing, incident);
    return first === undefined ? stored : sameOr(first, said);
  }

  private async seal(sender: string, diaryNumber: string, receipt: Receipt): Promise<string> {
    const key = this.law.current().snapshot.on(this.now()).liveKeys(sender, 'sealing').at(-1);
    if (key === undefined)
      throw new GatewayError('RECEIPT_INVALID', { faults: [{ path: 'diaryNumber', code: 'sender-has-no-live-key' }] });
    return sealTo(key.public, canonicalBytes({ diaryNumber }), receipt);
  }
}

/** @throws {GatewayError} RECEIPT_CONTRADICTS */
export const mayFollow = (kind: StoredReceipt['kind'], before: readonly Pick<StoredReceipt, 'kind'>[]): void => {
  if (fitAfter(kind, new Set(before.map((one) => one.kind))) !== 'fits') throw new GatewayError('RECEIPT_CONTRADICTS');
};

const sameOr = (earlier: StoredReceipt, said: Said): StoredReceipt => {
  const { reason, diaryNumber, refusedBy } = earlier.detail;
  const { office, officer, mandate } = said.refusedBy ?? {};
  const same =
    reason === said.reason &&
    diaryNumber === said.diaryNumber &&
    refusedBy?.office === office &&
    refusedBy?.officer === officer &&
    refusedBy?.mandate === mandate;
  if (!same) throw new GatewayError('RECEIPT_EXISTS');
  return earlier;
};
