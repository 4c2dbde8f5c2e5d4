import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import { Lag } from './lag.js';

const BEGUN = new Date('2026-11-24T08:00:00Z');

class Rounds extends Lag {
  once(): Promise<number> {
    return this.round();
  }
}

/** @param seen milliseconds, as they are */
const after = async (
  minutes: number,
  seen: { readonly pending?: number; readonly signed?: number; readonly cosigned?: number },
) => {
  let now = BEGUN;
  const lines: Record<string, unknown>[] = [];
  const log = new EventLog('test', 'warn', { write: (line) => void lines.push(JSON.parse(line) as never) });
  const lag = new Rounds(
    { oldestPendingMs: () => Promise.resolve(seen.pending ?? 0) },
    { signedMs: () => seen.signed, cosignedMs: () => seen.cosigned },
    ['w'],
    log,
    () => now,
  );
  await lag.once();
  now = new Date(BEGUN.getTime() + minutes * 60_000);
  await lag.once();
  const told = lines.map(({ event, log: name, gatewayId, ms }) => [event, name ?? gatewayId, ms]);
  return { waiting: await lag.waiting(), told };
};

it('says nothing while the logs keep up', async () => {
  expect(await after(60, { pending: 4_000, signed: 60_000, cosigned: 60_000 })).toEqual({
    waiting: undefined,
    told: [],
  });
});

it('tells of entries that wait, of a log that is not signed and of a witness that is silent, and for how long', async () => {
  expect(await after(60, { pending: 6_000.4, signed: 200_000, cosigned: 190_000 })).toEqual({
    waiting: 'not-sequenced',
    told: [
      ['pending.waits', 'disclosure', 6_000],
      ['checkpoint.stale', 'disclosure', 200_000],
      ['pending.waits', 'keys', 6_000],
      ['checkpoint.stale', 'keys', 200_000],
      ['witness.silent', 'w', 190_000],
    ],
  });
});

it('gives those time that have never been heard of since it began', async () => {
  expect((await after(2, {})).told).toEqual([]);
  expect((await after(4, { signed: 0 })).told).toEqual([['witness.silent', 'w', 240_000]]);
});
