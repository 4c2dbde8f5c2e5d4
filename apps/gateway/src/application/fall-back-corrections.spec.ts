import { expect, it } from '@jest/globals';
import { GatewayError } from '../domain/errors.js';
import { FallBackCorrections } from './fall-back-corrections.js';
import type { NewCorrection } from './ports/correction.js';

/** @param ended of the one authority @param retract what becomes of taking one back */
const fallingBack = (ended: readonly NewCorrection[], retract: (messageId: string) => Promise<void>) => {
  const settled: string[] = [];
  const store = {
    ended: () => Promise.resolve(ended),
    settle: (_: string, { referralId }: { readonly referralId: string }) =>
      Promise.resolve(void settled.push(referralId)),
  };
  const falling = new FallBackCorrections(store, { message: (_, id) => retract(id) }, () => ['a/b']);
  return { falling, settled };
};
const one = { messageId: 'm', referralId: 'r', fallsBack: true };

it('takes back what a correction was to put right that ended, and nothing that one arrived for', async () => {
  const taken: string[] = [];
  const { falling, settled } = fallingBack([one, { messageId: 'n', referralId: 's', fallsBack: false }], async (id) => {
    taken.push(id);
  });
  expect([await falling.execute(), taken, settled]).toEqual([
    [{ authority: 'a/b', messageId: 'm' }],
    ['m'],
    ['r', 's'],
  ]);
});

it.each(['NOT_RETRACTABLE', 'RETRACTION_EXISTS'] as const)('is done where another end stands: %s', async (code) => {
  const { falling, settled } = fallingBack([one], () => Promise.reject(new GatewayError(code)));
  expect([await falling.execute(), settled]).toEqual([[], ['r']]);
});

it('tries again what failed', async () => {
  const { falling, settled } = fallingBack([one], () => Promise.reject(new Error('away')));
  await expect(falling.execute()).rejects.toThrow('away');
  expect(settled).toEqual([]);
});
