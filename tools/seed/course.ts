import { ACKNOWLEDGEMENTS } from '#envelope';
import type { Act } from './acts.js';
import type { Chance } from './chance.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './days.js';
import type { Message } from './teller.js';

const soon = (chance: Chance, from: number, least: number, most: number): number =>
  Math.round(from + chance.between(least, most));

/** A permit that arrives. @param at of its decision */
export const delivered = (chance: Chance, of: Message, at: number): readonly Act[] => [
  { kind: 'decision', at, of },
  // Most within seconds; where a gateway is away, hours.
  {
    kind: 'receipt',
    receipt: 'technical',
    of,
    at: chance.happens(0.93) ? soon(chance, at, 900, 9_000) : soon(chance, at, MINUTE_MS, 9 * HOUR_MS),
  },
];

/** What a recipient says of what arrived. @param at of its arrival */
export function answered(chance: Chance, of: Message, at: number): readonly Act[] {
  if (chance.happens(0.03)) {
    const reason = chance.pick(['misdirected', 'not-competent', 'incomplete'] as const);
    return [{ kind: 'receipt', receipt: 'form-rejected', reason, of, at: soon(chance, at, HOUR_MS, 2 * DAY_MS) }];
  }
  if (!chance.happens(0.7)) return [];
  const accepted = soon(chance, at, HOUR_MS, 5 * DAY_MS);
  const taken: Act = { kind: 'receipt', receipt: 'accepted', of, at: accepted };
  if (!chance.happens(0.6)) return [taken];
  const handled = soon(chance, accepted, DAY_MS, 40 * DAY_MS);
  return [taken, { kind: 'receipt', receipt: 'handled', of, at: handled }];
}

/** What is taken back, and what its recipient says to that. @param at of the retraction */
export function retracted(chance: Chance, of: Message, at: number): readonly Act[] {
  const retractionId = chance.uuid();
  const reason = chance.pick(['wrong-recipient', 'wrong-person', 'wrong-information', 'sent-twice'] as const);
  return [
    { kind: 'retraction', at, of, retractionId, reason },
    {
      kind: 'receipt',
      receipt: 'retraction-acknowledged',
      ...{ of, retractionId, at: soon(chance, at, 10 * MINUTE_MS, 2 * DAY_MS) },
      reason: chance.pick(ACKNOWLEDGEMENTS),
    },
  ];
}

/** An ordinary permit. */
export function ordinary(chance: Chance, of: Message, at: number): readonly Act[] {
  const fate = chance.next();
  // Nobody fetched it, and it ran out; or it is still waited for.
  if (fate < 0.004)
    return [
      { kind: 'decision', at, of },
      { kind: 'expired', of, at: at + 7 * DAY_MS },
    ];
  if (fate < 0.008) return [{ kind: 'decision', at, of }];
  const arriving = delivered(chance, of, at);
  const arrivedAt = arriving.at(-1)?.at ?? at;
  if (fate < 0.013) {
    const [decision] = arriving as readonly [Act];
    return [decision, { kind: 'receipt', receipt: 'rejected', reason: 'content-invalid', of, at: arrivedAt }];
  }
  if (fate < 0.022) return [...arriving, ...retracted(chance, of, soon(chance, arrivedAt, 3 * HOUR_MS, 9 * DAY_MS))];
  return [...arriving, ...answered(chance, of, arrivedAt)];
}
