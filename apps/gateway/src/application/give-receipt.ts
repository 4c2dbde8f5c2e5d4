import { canonicalBytes } from '#json';
import { fitAfter, sealTo, signReceipt } from '#envelope';
import type { Receipt } from '#envelope';
import type { GiveReceiptDto } from '#contracts';
import { GatewayError } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import { digestOf } from './law.js';
import type { Law } from './law.js';
import type { DeliveryStore, NewId, Now, StoredReceipt } from './ports.js';

/** A business receipt: signed, logged, and its diary number sealed to the sending authority. */
export class GiveReceipt {
  constructor(
    private readonly store: DeliveryStore,
    private readonly law: Law,
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly newId: NewId,
    private readonly now: Now,
  ) {}

  /**
   * @returns the receipt; the one given before when it said the same
   * @throws {GatewayError} NOT_FOUND, RECEIPT_INVALID, RECEIPT_EXISTS, RECEIPT_CONTRADICTS
   */
  async execute(authority: string, messageId: string, given: GiveReceiptDto): Promise<StoredReceipt> {
    if ((given.kind === 'form-rejected') !== (given.reason !== undefined)) {
      throw new GatewayError('RECEIPT_INVALID', {
        faults: [{ path: 'reason', code: 'required-with-form-rejected-alone' }],
      });
    }
    if (given.diaryNumber !== undefined && given.kind !== 'accepted') {
      throw new GatewayError('RECEIPT_INVALID', { faults: [{ path: 'diaryNumber', code: 'with-accepted-alone' }] });
    }
    const delivery = await this.store.find(authority, messageId);
    if (delivery === undefined) throw new GatewayError('NOT_FOUND');
    const before = await this.store.receipts(authority, messageId);
    const earlier = before.find((r) => r.kind === given.kind);
    if (earlier !== undefined) return sameOr(earlier, given);
    mayFollow(given.kind, before);
    const at = this.now();
    const unsealed = {
      v: 1 as const,
      env: this.environment,
      receiptId: this.newId(),
      messageId,
      attempt: delivery.attempt,
      kind: given.kind,
      by: authority,
      gateway: this.keys.gateway,
      decisionEntryId: delivery.decisionEntryId,
      jweSha256: delivery.jweSha256,
      ...(given.reason === undefined ? {} : { reason: given.reason }),
      at: at.toISOString(),
    };
    const sealed =
      given.diaryNumber === undefined ? undefined : await this.seal(delivery.sender, given.diaryNumber, unsealed);
    const receipt: Receipt = { ...unsealed, ...(sealed === undefined ? {} : { sealedSha256: digestOf(sealed) }) };
    const text = await signReceipt(this.keys.manifestSigner, receipt);
    const { reason, diaryNumber } = given;
    const stored: StoredReceipt = {
      receiptId: receipt.receiptId,
      kind: given.kind,
      receipt: text,
      at,
      detail: { ...(reason === undefined ? {} : { reason }), ...(diaryNumber === undefined ? {} : { diaryNumber }) },
    };
    const body = canonicalBytes({ receipt: text, ...(sealed === undefined ? {} : { sealed }) });
    const first = await this.store.addReceipt(authority, messageId, stored, {
      id: this.newId(),
      type: 'receipt.signed.v1',
      body,
    });
    return first === undefined ? stored : sameOr(first, given);
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

const sameOr = (earlier: StoredReceipt, given: GiveReceiptDto): StoredReceipt => {
  const same = earlier.detail.reason === given.reason && earlier.detail.diaryNumber === given.diaryNumber;
  if (!same) throw new GatewayError('RECEIPT_EXISTS');
  return earlier;
};
