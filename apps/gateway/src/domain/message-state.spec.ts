import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { advance, isTerminal, stateText } from './message-state.js';
import type { MessageState } from './message-state.js';

const facts: readonly MessageState[] = [
  'quarantined',
  'checked',
  'released',
  'fetched',
  'acknowledged',
  'refused',
  'rejected',
  'expired',
  'discarded',
  'withdrawn',
];
const fact = (): fc.Arbitrary<MessageState> => fc.constantFrom(...facts);
const after = (sequence: readonly MessageState[]): MessageState => sequence.reduce<MessageState>(advance, 'accepted');

describe('state of a message at its sender', () => {
  it('never leaves a terminal state', () => {
    fc.assert(
      fc.property(fc.array(fact()), fact(), (sequence, next) => {
        const state = after(sequence);
        return !isTerminal(state) || advance(state, next) === state;
      }),
    );
  });

  it('is the same however often a fact arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fact()),
        fact(),
        (sequence, next) => after([...sequence, next, next]) === after([...sequence, next]),
      ),
    );
  });

  it('does not depend on the order of facts that lead forward', () => {
    const forward = fc.subarray(['checked', 'released', 'fetched', 'acknowledged'] as MessageState[], { minLength: 1 });
    fc.assert(
      fc.property(
        forward.chain((sub) => fc.tuple(fc.constant(sub), fc.shuffledSubarray(sub, { minLength: sub.length }))),
        ([a, b]) => after(a) === after(b),
      ),
    );
  });

  it('lets a quarantined message go on or end', () => {
    expect(after(['quarantined', 'released'])).toBe('released');
    expect(after(['quarantined', 'discarded'])).toBe('discarded');
    expect(after(['released', 'quarantined'])).toBe('released');
  });

  it('keeps what was fetched from expiring', () => {
    expect(after(['fetched', 'expired'])).toBe('fetched');
  });

  it('never says sent before it is released', () => {
    expect(Object.values(stateText).some((text) => text.sv.includes('skickad'))).toBe(false);
  });
});
