import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DelgeClient } from '#client';
import type { MessageView } from '#contracts';
import { Auditor } from './support/evidence.js';
import { TestStack, eventually, permitted, problemOf } from './support/stack.js';

jest.setTimeout(60_000);
const TRAVEL_MS = 30_000;

describe('a receipt', () => {
  let delge: TestStack;
  let auditor: Auditor;
  let sender: DelgeClient;
  let recipient: DelgeClient;
  let referralId: string;
  let id: string;
  beforeAll(async () => {
    delge = await TestStack.shared();
    auditor = await Auditor.of(delge);
  });
  beforeEach(async () => {
    const { system, recipient: authority, referral } = permitted();
    sender = delge.sandbox.client(system);
    recipient = delge.sandbox.client(authority);
    referralId = referral.id;
    await sender.submit(referral);
    [{ messageId: id }] = (await delge.settled(system, referralId, ['fetched'])) as [MessageView];
  });

  /** Waits until the sender has that many, the technical one included. */
  const returned = (count: number): Promise<MessageView> =>
    eventually(`${count} receipts`, TRAVEL_MS, async () => {
      const [message] = (await sender.referral(referralId)).recipients;
      return message?.receipts.length === count ? message : undefined;
    });

  it('brings the diary number, sealed, to the sender and into nothing that is logged', async () => {
    await recipient.give(id, { kind: 'accepted', diaryNumber: 'FK 2026-81723' });
    const message = await returned(2);
    expect(message.receipts.map(({ kind, diaryNumber }) => [kind, diaryNumber])).toEqual([
      ['technical', undefined],
      ['accepted', 'FK 2026-81723'],
    ]);
    for (const { entry, statement = '' } of message.receipts) {
      const payloads = [entry, statement].map((jws) => Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
      expect(payloads.join()).not.toContain('81723');
    }
    await auditor.message(message);
  });

  it('of each kind is signed, logged in the order given and brought back, and an acknowledged message stays so', async () => {
    await recipient.give(id, { kind: 'accepted' });
    await returned(2);
    await recipient.give(id, { kind: 'handled' });
    const message = await returned(3);
    expect([message.state, ...message.receipts.map(({ kind }) => kind)]).toEqual([
      'acknowledged',
      'technical',
      'accepted',
      'handled',
    ]);
    const { places } = await auditor.message(message);
    const indexes = places.map(({ index }) => index);
    expect(indexes).toEqual([...indexes].sort((a, b) => Number(a - b)));
  });

  it('that turns it down for its form carries a code and leaves the message fetched', async () => {
    await recipient.give(id, { kind: 'form-rejected', reason: 'wrong-function' });
    const message = await returned(2);
    expect([message.state, message.receipts[1]?.kind, message.receipts[1]?.reason]).toEqual([
      'fetched',
      'form-rejected',
      'wrong-function',
    ]);
    await auditor.message(message);
  });

  it('given again in the same words is the first one; in other words it is refused', async () => {
    const given = { kind: 'accepted', diaryNumber: 'FK 2026-1' } as const;
    const first = await recipient.give(id, given);
    expect(await recipient.give(id, given)).toEqual(first);
    expect(await problemOf(recipient.give(id, { ...given, diaryNumber: 'FK 2026-2' }))).toBe('receipt-exists');
    expect(await problemOf(recipient.give(id, { kind: 'accepted' }))).toBe('receipt-exists');
    const message = await returned(2);
    expect(message.receipts[1]?.diaryNumber).toBe('FK 2026-1');
  });

  it('given many times at once is one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => recipient.give(id, { kind: 'accepted' })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const { receipts } = await recipient.delivery(id);
    expect(receipts.map(({ kind }) => kind)).toEqual(['technical', 'accepted']);
    await returned(2);
  });

  it('that contradicts an earlier one is refused, and what is given at once comes into the log in its order', async () => {
    expect(await problemOf(recipient.give(id, { kind: 'handled' }))).toBe('receipt-contradicts');
    await recipient.give(id, { kind: 'accepted' });
    await recipient.give(id, { kind: 'handled' });
    expect(await problemOf(recipient.give(id, { kind: 'form-rejected', reason: 'incomplete' }))).toBe(
      'receipt-contradicts',
    );
    const { receipts } = await returned(3);
    expect(receipts.map(({ kind }) => kind)).toEqual(['technical', 'accepted', 'handled']);
  });

  it('gives a reason with a rejection alone and a diary number with an acceptance alone', async () => {
    for (const given of [
      { kind: 'form-rejected' },
      { kind: 'accepted', reason: 'incomplete' },
      { kind: 'handled', diaryNumber: 'FK 2026-3' },
      { kind: 'form-rejected', reason: 'incomplete', diaryNumber: 'FK 2026-3' },
    ] as const) {
      expect(await problemOf(recipient.give(id, given))).toBe('receipt-invalid');
    }
    expect((await recipient.delivery(id)).receipts.map(({ kind }) => kind)).toEqual(['technical']);
  });
});
