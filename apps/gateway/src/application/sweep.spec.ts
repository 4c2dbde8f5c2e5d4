import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import { GatewayError } from '../domain/errors.js';
import type { Expire } from './expire.js';
import type { SealedAgain } from './seal-again.js';
import { Sweep } from './sweep.js';

it('tells of what is overdue although nothing can be sealed again or expire, and of what waits once', async () => {
  const lines: { readonly event: string; readonly messageId?: string; readonly authorityId?: string }[] = [];
  const log = new EventLog('test', 'info', {
    write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
  });
  let rounds = 0;
  let [broken, reached] = [(): void => undefined, (): void => undefined];
  const third = new Promise<void>((resolve) => (reached = resolve));
  const waits: SealedAgain = { authority: 'a/b', messageId: 'm', outcome: 'waits', code: 'TOO_LARGE' };
  const sweep = new Sweep(
    { execute: () => Promise.reject(new GatewayError('ERASED')) } as unknown as Expire,
    {
      execute: () => {
        rounds += 1;
        if (rounds === 4) reached();
        broken();
        return Promise.resolve([waits]);
      },
    },
    { alarms: () => Promise.resolve([{ authority: 'a/b', messageId: 'm', what: 'technical' }]) } as never,
    { alarms: () => Promise.resolve([]) },
    { alarms: () => Promise.reject(new GatewayError('ERASED')) },
    {
      async *alarms(failed) {
        failed(new GatewayError('ERASED'), 'a/a');
        yield { authority: 'a/b', messageId: 'm', what: 'accepted' as const };
        failed(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }), 'a/c');
        yield { authority: 'a/d', messageId: 'beyond', what: 'accepted' as const };
      },
    },
    { execute: () => Promise.resolve([]) },
    () => Promise.resolve(),
    1,
    log,
  );
  broken = () => {
    if (rounds === 1) throw new GatewayError('TOO_LARGE');
  };
  sweep.start();
  await third;
  await sweep.stop();
  const count = (event: string): number => lines.filter((line) => line.event === event).length;
  for (const event of ['receipt.overdue', 'delivery.overdue']) expect(count(event)).toBeGreaterThanOrEqual(3);
  expect(count('message.not-sealed-again')).toBe(1);
  // Told by its name; where the store is away, nothing more is tried.
  expect(lines.filter(({ authorityId }) => authorityId === 'a/a').map(({ event }) => event)).toContain('sweep.failed');
  expect(count('sweep.waits')).toBeGreaterThanOrEqual(3);
  expect(lines.map(({ messageId }) => messageId)).not.toContain('beyond');
});
