import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { advance, isTerminal, stateText } from './message-state.js';
import type { MessageState } from './message-state.js';

const facts: readonly MessageState[] = [
  'quarantined',
  'checked',
  'released',
  'delivery-quarantined',
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
  it('never leaves a terminal state, unless it arrived although it was discarded', () => {
    fc.assert(
      fc.property(fc.array(fact()), fact(), (sequence, next) => {
        const state = after(sequence);
        const arrived = state === 'discarded' && (next === 'fetched' || next === 'acknowledged');
        return !isTerminal(state) || advance(state, next) === (arrived ? next : state);
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

  it('says that what was released is in quarantine, until it arrives or ends', () => {
    expect(after(['released', 'delivery-quarantined'])).toBe('delivery-quarantined');
    expect(after(['delivery-quarantined', 'released'])).toBe('delivery-quarantined');
    expect(after(['released', 'delivery-quarantined', 'fetched'])).toBe('fetched');
    expect(after(['fetched', 'delivery-quarantined'])).toBe('fetched');
    expect(after(['released', 'delivery-quarantined', 'discarded'])).toBe('discarded');
  });

  it('believes the receipt of its recipient before the end that the exchange told of', () => {
    expect([after(['discarded', 'fetched']), after(['fetched', 'discarded'])]).toEqual(['fetched', 'fetched']);
    expect(after(['discarded', 'released'])).toBe('discarded');
  });

  it('keeps what was fetched from expiring', () => {
    expect(after(['fetched', 'expired'])).toBe('fetched');
  });

  it('never says sent before it is released', () => {
    expect(Object.values(stateText).some((text) => text.sv.includes('skickad'))).toBe(false);
  });
});
