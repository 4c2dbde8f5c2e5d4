import { describe, expect, it } from '@jest/globals';
import { askedOf } from './standing.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const decision = (at: string): { decidedAt: Date; keysSize: bigint } => ({ decidedAt: new Date(at), keysSize: 178n });

describe('a permit that waits', () => {
  it.each([
    [
      'leaves as it is on the same day under the same keys',
      '2026-03-31T10:00:00Z',
      '2026-03-31T10:00:01Z',
      178n,
      'nothing',
    ],
    [
      'is looked at when the keys log has grown',
      '2026-03-31T10:00:00Z',
      '2026-03-31T10:00:01Z',
      179n,
      'whether-it-stands',
    ],
    // 22:00 UTC is midnight in Stockholm in summer: a basis may have lapsed with the day.
    ['is decided anew after midnight in Stockholm', '2026-06-30T21:59:59Z', '2026-06-30T22:00:01Z', 178n, 'anew'],
    ['is not decided anew at midnight elsewhere', '2026-06-30T23:59:59Z', '2026-07-01T00:00:01Z', 178n, 'nothing'],
    ['is decided anew when it has waited too long', '2026-06-30T10:00:00Z', '2026-07-01T10:00:01Z', 178n, 'anew'],
  ] as const)('%s', (_what, decidedAt, now, size, asked) => {
    expect(askedOf(decision(decidedAt), new Date(now), size, DAY_MS)).toBe(asked);
  });
});
