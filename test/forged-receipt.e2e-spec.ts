import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { generateKey, localSigner, signReceipt, signRefusal } from '#envelope';
import type { Receipt, Refusal, Signer } from '#envelope';
import { FalseGateway } from './support/false-gateway.js';
import type { Model } from './support/false-gateway.js';
import { Parties } from './support/parties.js';
import { TestStack } from './support/stack.js';

jest.setTimeout(120_000);

describe('a statement about a message', () => {
  let parties: Parties;
  let gateway: FalseGateway;
  let recipient: FalseGateway;
  let model: Model;

  beforeAll(async () => {
    const delge = await TestStack.shared();
    parties = new Parties(delge);
    gateway = await FalseGateway.of(delge, parties, 'kommunerna');
    recipient = await FalseGateway.of(delge, parties, 'myndigheterna');
    model = await gateway.genuine();
  });
  afterAll(async () => {
    await gateway.close();
    await recipient.close();
  });

  const stranger = async (kid?: string): Promise<Signer> => {
    const key = await generateKey('manifest');
    return localSigner(kid === undefined ? key : { ...key, kid });
  };

  const receipt = (change: Partial<Receipt>): Receipt => ({
    v: 1,
    env: model.decision.env,
    receiptId: randomUUID(),
    messageId: model.messageId,
    attempt: 1,
    kind: 'handled',
    by: 'fk/forsakringskassan',
    gateway: 'myndigheterna',
    decisionEntryId: model.decision.entryId,
    jweSha256: model.decision.jweSha256,
    at: new Date().toISOString(),
    ...change,
  });

  it.each<[string, string, () => FalseGateway, Partial<Receipt>, (() => Promise<Signer>) | undefined]>([
    ["from the sender's own gateway", 'not-hosted', () => gateway, { gateway: 'kommunerna' }, undefined],
    [
      'by an authority that was not the recipient',
      'receipt-unbound',
      () => gateway,
      { gateway: 'kommunerna', by: 'linkoping/socialnamnden' },
      undefined,
    ],
    [
      "by another authority of the recipient's gateway",
      'receipt-unbound',
      () => recipient,
      { by: 'skv/skatteverket' },
      undefined,
    ],
    [
      "through another gateway's account",
      'account-mismatch',
      () => gateway,
      {},
      () => parties.gateway('myndigheterna'),
    ],
    ['signed by a stranger', 'receipt-key', () => recipient, {}, () => stranger()],
    [
      "signed by a stranger under the gateway's key id",
      'receipt-signature',
      () => recipient,
      {},
      () => stranger(recipient.signer.kid),
    ],
    ['under another decision', 'receipt-unbound', () => recipient, { decisionEntryId: randomUUID() }, undefined],
    ['for another ciphertext', 'receipt-unbound', () => recipient, { jweSha256: 'A'.repeat(43) }, undefined],
    [
      'for a note that does not come along',
      'receipt-unbound',
      () => recipient,
      { sealedSha256: 'A'.repeat(43) },
      undefined,
    ],
    [
      'that says rejected after it was received',
      'receipt-conflict',
      () => recipient,
      { kind: 'rejected', reason: 'expired' },
      undefined,
    ],
    ['of what was handled and never accepted', 'receipt-order', () => recipient, {}, undefined],
  ])('a receipt %s is set aside: %s', async (_, reason, from, change, by) => {
    const text = await signReceipt((await by?.()) ?? from().signer, receipt(change));
    await from().publish('receipt.signed.v1', { receipt: text });
    const aside = await from().aside({ receipt: text });
    expect(aside).toMatchObject({ reason, gateway: from().id, notice: { kind: 'quarantined', reason } });
  });

  it.each<[string, string, Partial<Refusal>, (() => Promise<Signer>) | undefined]>([
    ['signed by a stranger', 'refusal-key', {}, () => stranger()],
    ['for an authority that another gateway hosts', 'not-hosted', { sender: 'fk/forsakringskassan' }, undefined],
  ])('a refusal %s is set aside: %s', async (_, reason, change, by) => {
    const { env, caseId, sender, recipient: to, ruleSet, engineVersion, keys } = model.decision;
    const refusal: Refusal = {
      v: 1,
      env,
      refusalId: randomUUID(),
      messageId: randomUUID(),
      caseId,
      sender,
      recipient: to,
      gateway: 'kommunerna',
      claims: {},
      outcome: 'deny',
      verdict: {},
      ruleSet,
      engineVersion,
      keys,
      at: new Date().toISOString(),
      ...change,
    };
    const text = await signRefusal((await by?.()) ?? gateway.signer, refusal);
    await gateway.publish('refusal.reported.v1', { refusal: text });
    expect(await gateway.aside({ refusal: text })).toMatchObject({ reason, notice: { kind: 'quarantined', reason } });
  });
});
