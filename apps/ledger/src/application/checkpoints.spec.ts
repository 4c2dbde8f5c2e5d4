import { describe, expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import type { LogStore, SignedCheckpoint } from '../persistence/log.store.js';
import { Checkpoints } from './checkpoints.js';

/** What has been signed, by log. */
const aStore = (signed: Map<string, SignedCheckpoint>): LogStore =>
  ({ newestCheckpoint: (log: string) => Promise.resolve(signed.get(log)) }) as unknown as LogStore;

describe('the newest checkpoints', () => {
  it('are missing until both logs have one, and stale when one was not signed for three minutes', async () => {
    const at = new Date('2026-11-24T08:00:00.000Z');
    let now = at;
    const signed = new Map<string, SignedCheckpoint>();
    const checkpoints = new Checkpoints(aStore(signed), new EventLog('test', 'silent'), () => now);
    const checkpoint = (signedAt: Date): SignedCheckpoint => ({
      id: BigInt(signedAt.getTime()),
      size: 1n,
      note: '',
      signedAt,
    });
    const seen = async (): Promise<readonly (string | undefined)[]> => {
      await checkpoints.look();
      return [checkpoints.missing(), checkpoints.stale()];
    };
    expect(await seen()).toEqual(['no-checkpoint', undefined]);
    signed.set('disclosure', checkpoint(at));
    expect(await seen()).toEqual(['no-checkpoint', undefined]);
    signed.set('keys', checkpoint(at));
    expect(await seen()).toEqual([undefined, undefined]);
    now = new Date(at.getTime() + 180_001);
    expect(await seen()).toEqual([undefined, 'stale']);
    signed.set('keys', checkpoint(now));
    expect(await seen()).toEqual([undefined, 'stale']);
    signed.set('disclosure', checkpoint(now));
    expect(await seen()).toEqual([undefined, undefined]);
  });
});
