import { describe, expect, it } from '@jest/globals';
import { SUBSCRIPTION_ANSWERS } from '#contracts';
import type { SubscriptionState } from '#contracts';
import { mayAnswer, stateAfter } from './subscription.js';

describe('a subscription', () => {
  const reachable = (from: SubscriptionState): readonly string[] =>
    [...new Set(SUBSCRIPTION_ANSWERS.filter((one) => mayAnswer(from, one)).map(stateAfter))].toSorted();

  it.each([
    ['asked', ['granted', 'refused']],
    ['granted', ['ended', 'suspended']],
    ['suspended', ['ended', 'granted']],
    ['ended', []],
    ['refused', []],
  ] as const)('goes from %s to %j and nowhere else', (from, to) => {
    expect(reachable(from)).toEqual(to);
  });

  it('that was asked for is not resumed, and one that is suspended is not granted a second time', () => {
    expect([mayAnswer('asked', 'resumed'), mayAnswer('suspended', 'granted')]).toEqual([false, false]);
  });
});
