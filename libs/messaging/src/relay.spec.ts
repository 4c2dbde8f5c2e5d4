import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { PublishError } from './errors.js';
import type { ConfirmPublisher, Publication } from './publisher.js';
import { OutboxRelay } from './relay.js';

const FULL = 'gw.full';

/** An outbox of many rows to one queue and, behind them, one row to another; pauses as the relay gives them, on a clock of its own. */
const anOutbox = (stuck: number) => {
  const rows = Array.from({ length: stuck + 1 }, (_, seq) => ({
    id: `row-${seq}`,
    seq: String(seq),
    exchange: 'dx.out',
    routing_key: seq < stuck ? FULL : 'gw.other',
    type: 'delivery.released.v1',
    body: Buffer.from('{}'),
    attempts: 0,
    until: 0,
    published: false,
  }));
  const claims: string[] = [];
  const find = (ids: readonly string[]) => rows.filter(({ id }) => ids.includes(id));
  const query = (sql: string, [keys = [], pause]: readonly [(readonly string[])?, (string | number)?] = []) => {
    if (sql.startsWith('WITH due')) {
      const wanted = (key: string): boolean => keys.includes(key) === sql.includes('= ANY');
      const most = Number(/LIMIT (\d+)/.exec(sql)?.[1]);
      const due = rows
        .filter((row) => !row.published && row.until <= Date.now() && wanted(row.routing_key))
        .slice(0, most);
      for (const row of due) {
        row.attempts += 1;
        claims.push(row.routing_key);
      }
      return Promise.resolve([due, due.length]);
    }
    for (const row of find(keys)) {
      if (sql.includes('attempts - 1')) row.attempts -= 1;
      else if (typeof pause === 'number') row.until = Date.now() + Math.min(2 ** row.attempts, pause) * 1000;
      else if (pause !== undefined) row.until = Date.now() + Number.parseInt(pause, 10) * 1000;
      else row.published = true;
    }
    return Promise.resolve([]);
  };
  return { rows, claims, dataSource: { query } as unknown as DataSource };
};

/** A clock of our own: nothing waits for it. */
let now = 0;
const pass = (s: number): void => {
  jest.setSystemTime((now += s * 1000));
};
beforeEach(() => {
  jest.useFakeTimers({ now: (now = 1_000_000), doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => void jest.useRealTimers());

class Rounds extends OutboxRelay {
  once(): Promise<number> {
    return this.round();
  }
}
const relayTo = (
  dataSource: DataSource,
  publish: (publication: Publication) => Promise<void>,
  fault: () => string | undefined = () => undefined,
): Rounds => {
  const connect = (): Promise<void> => (fault() === undefined ? Promise.resolve() : Promise.reject(new Error('away')));
  const publisher = { publish, fault, connect } as unknown as ConfirmPublisher;
  return new Rounds(dataSource, publisher, new EventLog('test', 'silent'), { schema: 's' });
};

it.each(['REFUSED', 'UNROUTABLE'] as const)('lets one queue that answers %s keep nobody else waiting', async (code) => {
  const outbox = anOutbox(2_000);
  let isFull = true;
  const relay = relayTo(outbox.dataSource, ({ routingKey }) =>
    routingKey === FULL && isFull ? Promise.reject(new PublishError(code)) : Promise.resolve(),
  );
  await relay.once();
  expect(outbox.claims.splice(0)).toHaveLength(200);
  // Not even for the time of one batch: what has refused is asked with one row.
  await relay.once();
  expect(outbox.claims.splice(0)).toEqual(['gw.other']);
  for (let i = 0; i < 60; i += 1) {
    pass(0.5);
    await relay.once();
  }
  expect(outbox.claims.length).toBeGreaterThan(2);
  expect(outbox.claims.length).toBeLessThan(8);
  isFull = false;
  for (let i = 0; i < 60; i += 1) {
    pass(0.5);
    await relay.once();
  }
  expect(outbox.rows.every(({ published }) => published)).toBe(true);
});

it('claims nothing while the broker is away, pauses, and takes everything up again', async () => {
  const outbox = anOutbox(1);
  let fault: string | undefined = 'disconnected';
  const relay = relayTo(
    outbox.dataSource,
    () => Promise.resolve(),
    () => fault,
  );
  expect(await relay.once()).toBeGreaterThan(200);
  // What was not claimed can still be taken back.
  expect(outbox.rows.map(({ attempts }) => attempts)).toEqual([0, 0]);
  fault = undefined;
  await relay.once();
  expect(outbox.rows.every(({ published }) => published)).toBe(true);
});

it('gives back as if it had not been claimed what was not written, and nothing else', async () => {
  const outbox = anOutbox(1);
  const relay = relayTo(outbox.dataSource, ({ routingKey }) =>
    Promise.reject(new PublishError('DISCONNECTED', routingKey === FULL)),
  );
  expect(await relay.once()).toBeGreaterThan(200);
  expect(outbox.rows.map(({ attempts }) => attempts)).toEqual([1, 0]);
});
