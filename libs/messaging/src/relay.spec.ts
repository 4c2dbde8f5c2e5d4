import { expect, it } from '@jest/globals';
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
  let now = 0;
  const find = (ids: readonly string[]) => rows.filter(({ id }) => ids.includes(id));
  const query = (sql: string, [ids = [], pause]: readonly [(readonly string[])?, (string | number)?] = []) => {
    if (sql.startsWith('WITH due')) {
      const due = rows.filter((row) => !row.published && row.until <= now).slice(0, 200);
      for (const row of due) row.attempts += 1;
      return Promise.resolve([due, due.length]);
    }
    if (sql.startsWith('DELETE')) for (const row of find(ids)) row.published = true;
    else if (typeof pause === 'number')
      for (const row of find(ids)) row.until = now + Math.min(2 ** row.attempts, pause);
    else if (pause !== undefined) for (const row of find(ids)) row.until = now + Number.parseInt(pause, 10);
    return Promise.resolve([]);
  };
  return { rows, dataSource: { query } as unknown as DataSource, pass: (s: number) => void (now += s) };
};

class Rounds extends OutboxRelay {
  once(): Promise<number> {
    return this.round();
  }
}
const relayTo = (dataSource: DataSource, publish: (publication: Publication) => Promise<void>): Rounds =>
  new Rounds(dataSource, { publish } as unknown as ConfirmPublisher, new EventLog('test', 'silent'), { schema: 's' });

it.each(['REFUSED', 'UNROUTABLE'] as const)('lets one queue that answers %s keep nobody else waiting', async (code) => {
  const outbox = anOutbox(2_000);
  const relay = relayTo(outbox.dataSource, ({ routingKey }) =>
    routingKey === FULL ? Promise.reject(new PublishError(code)) : Promise.resolve(),
  );
  // Half a second a round, as it was when every failure made the relay pause: the full queue's rows came back before the others' turn.
  for (let i = 0; i < 60; i += 1) {
    await relay.once();
    outbox.pass(0.5);
  }
  expect(outbox.rows.at(-1)?.published).toBe(true);
  const tries = Math.max(...outbox.rows.map(({ attempts }) => attempts));
  expect(tries).toBeLessThan(6);
});

it('pauses when the broker is away, and takes everything up again after a second', async () => {
  const outbox = anOutbox(1);
  let away = true;
  const relay = relayTo(outbox.dataSource, () =>
    away ? Promise.reject(new PublishError('DISCONNECTED')) : Promise.resolve(),
  );
  expect(await relay.once()).toBeGreaterThan(200);
  away = false;
  outbox.pass(1);
  await relay.once();
  expect(outbox.rows.every(({ published }) => published)).toBe(true);
});
