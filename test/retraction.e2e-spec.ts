import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DelgeClient } from '#client';
import type { MessageView } from '#contracts';
import { generateKey, localSigner, signReceipt, signRetraction } from '#envelope';
import type { Receipt, Retraction, Signer } from '#envelope';
import { FalseGateway } from './support/false-gateway.js';
import type { Model } from './support/false-gateway.js';
import { Parties } from './support/parties.js';
import { TestStack, eventually, permitted, problemOf } from './support/stack.js';

jest.setTimeout(120_000);
const TRAVEL_MS = 30_000;

describe('a retraction', () => {
  let delge: TestStack;
  let parties: Parties;
  let gateway: FalseGateway;
  let recipient: FalseGateway;
  let model: Model;
  beforeAll(async () => {
    delge = await TestStack.shared();
    parties = new Parties(delge);
    gateway = await FalseGateway.of(delge, parties, 'kommunerna');
    recipient = await FalseGateway.of(delge, parties, 'myndigheterna');
    model = await gateway.genuine();
  });
  afterAll(async () => {
    await gateway.close();
    await recipient.close();
  });

  it('reaches who received the message, is answered by a code, and deletes nothing', async () => {
    const { system, recipient: authority, referral } = permitted();
    const [sender, receiver]: DelgeClient[] = [delge.sandbox.client(system), delge.sandbox.client(authority)];
    if (sender === undefined || receiver === undefined) throw new Error('no client');
    await sender.submit(referral);
    const [{ messageId }] = (await delge.settled(system, referral.id, ['fetched'])) as [MessageView];
    expect(await problemOf(receiver.acknowledge(messageId, 'not-used'))).toBe('nothing-to-acknowledge');
    await sender.retract(referral.id, { reason: 'wrong-person' });
    // The same again is the same one; there is no second.
    await sender.retract(referral.id, { reason: 'wrong-person', recipients: [authority] });
    expect(await problemOf(sender.retract(referral.id, { reason: 'sent-twice' }))).toBe('retraction-exists');
    const delivery = await eventually('the retraction', TRAVEL_MS, async () => {
      const found = await receiver.delivery(messageId);
      return found.retracted === undefined ? undefined : found;
    });
    expect(delivery).toMatchObject({ id: messageId, retracted: { reason: 'wrong-person' } });
    expect(delivery.content).not.toEqual({});
    await receiver.acknowledge(messageId, 'used-in-open-matter');
    expect(await problemOf(receiver.acknowledge(messageId, 'not-used'))).toBe('receipt-exists');
    const message = await eventually('the answer', TRAVEL_MS, async () => {
      const [own] = (await sender.referral(referral.id)).recipients;
      return own?.retraction?.acknowledged === undefined ? undefined : own;
    });
    expect(message).toMatchObject({
      state: 'fetched',
      retraction: { recorded: true, acknowledged: 'used-in-open-matter' },
    });
    expect(message.due.map(({ what }) => what)).toEqual([]);
    expect(message.receipts.map(({ kind }) => kind)).toEqual(['technical', 'retraction-acknowledged']);
  });

  const retraction = (change: Partial<Retraction>): Retraction => ({
    v: 1,
    env: model.decision.env,
    retractionId: randomUUID(),
    messageId: model.messageId,
    attempt: 1,
    sender: model.decision.sender,
    recipient: model.decision.recipient,
    gateway: 'kommunerna',
    decisionEntryId: model.decision.entryId,
    jweSha256: model.decision.jweSha256,
    reason: 'no-ground',
    at: new Date().toISOString(),
    ...change,
  });
  const stranger = async (kid?: string): Promise<Signer> => {
    const key = await generateKey('manifest');
    return localSigner(kid === undefined ? key : { ...key, kid });
  };

  it.each<[string, string, () => FalseGateway, () => Partial<Retraction>, (() => Promise<Signer>) | undefined]>([
    ['by its recipient', 'not-hosted', () => recipient, () => ({ gateway: 'myndigheterna' }), undefined],
    [
      "through another gateway's account",
      'account-mismatch',
      () => recipient,
      () => ({}),
      () => parties.gateway('kommunerna'),
    ],
    ['signed by a stranger', 'retraction-key', () => gateway, () => ({}), () => stranger()],
    [
      "signed by a stranger under the gateway's key id",
      'retraction-signature',
      () => gateway,
      () => ({}),
      () => stranger(gateway.signer.kid),
    ],
    ['of another ciphertext', 'retraction-unbound', () => gateway, () => ({ jweSha256: 'A'.repeat(43) }), undefined],
    [
      'under another decision',
      'retraction-unbound',
      () => gateway,
      () => ({ decisionEntryId: randomUUID() }),
      undefined,
    ],
    [
      'from another recipient',
      'retraction-unbound',
      () => gateway,
      () => ({ recipient: 'skv/skatteverket' }),
      undefined,
    ],
    ['of what was never sent', 'retraction-unbound', () => gateway, () => ({ messageId: randomUUID() }), undefined],
  ])('%s is set aside: %s', async (_, reason, from, change, by) => {
    const text = await signRetraction((await by?.()) ?? from().signer, retraction(change()));
    await from().publish('retraction.signed.v1', { retraction: text });
    expect(await from().aside({ retraction: text })).toMatchObject({
      reason,
      notice: { kind: 'retraction-quarantined', reason },
    });
  });

  it('that nobody gave is not answered, and there is one of a message', async () => {
    const receipt = (change: Partial<Receipt>): Receipt => ({
      v: 1,
      env: model.decision.env,
      receiptId: randomUUID(),
      messageId: model.messageId,
      attempt: 1,
      kind: 'retraction-acknowledged',
      by: model.decision.recipient,
      gateway: 'myndigheterna',
      decisionEntryId: model.decision.entryId,
      jweSha256: model.decision.jweSha256,
      reason: 'not-used',
      retractionId: randomUUID(),
      at: new Date().toISOString(),
      ...change,
    });
    const early = await signReceipt(recipient.signer, receipt({}));
    await recipient.publish('receipt.signed.v1', { receipt: early });
    expect(await recipient.aside({ receipt: early })).toMatchObject({ reason: 'receipt-unbound' });
    const first = await signRetraction(gateway.signer, retraction({}));
    await gateway.publish('retraction.signed.v1', { retraction: first });
    await eventually('it is at its recipient', TRAVEL_MS, async () => {
      const { retracted } = await delge.sandbox.client(model.decision.recipient).delivery(model.messageId);
      return retracted;
    });
    const second = await signRetraction(gateway.signer, retraction({ reason: 'wrong-person' }));
    await gateway.publish('retraction.signed.v1', { retraction: second });
    expect(await gateway.aside({ retraction: second })).toMatchObject({ reason: 'retraction-conflict' });
  });
});
