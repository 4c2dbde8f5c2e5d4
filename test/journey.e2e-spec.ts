import { beforeAll, describe, expect, it } from '@jest/globals';
import { TestStack, permitted } from './support/stack.js';

describe('a permitted referral', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  it('reaches its recipient and comes back acknowledged', async () => {
    const { system, recipient, referral } = permitted();
    const accepted = await delge.sandbox.client(system).submit(referral);
    expect(accepted.state).toBe('accepted');
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const messageId = message?.messageId ?? '';
    await delge.sandbox.client(recipient).give(messageId, { kind: 'accepted', diaryNumber: 'FK 2026-1' });
    const [acknowledged] = await delge.settled(system, referral.id, ['acknowledged']);
    expect(acknowledged?.receipts.map(({ kind, diaryNumber }) => [kind, diaryNumber])).toEqual([
      ['technical', undefined],
      ['accepted', 'FK 2026-1'],
    ]);
  });
});
