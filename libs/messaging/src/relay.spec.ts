import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { PublishError } from './errors.js';
import { HANDED_LEASE_S, isHanded } from './outbox.js';
import type { OutboxRow } from './outbox.js';
import type { ConfirmPublisher, Publication } from './publisher.js';
import { OutboxRelay } from './relay.js';

const FULL = 'gw.full';
/** As the database says it, with SQLSTATE. */
const failure = (code: string): Error => Object.assign(new Error(code), { code });

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
  const state = { isAway: false, isSlow: false };
  const query = (
    sql: string,
    [keys = [], attempts = [], pause]: readonly [(readonly string[])?, (readonly number[])?, (string | number)?] = [],
  ) => {
    if (state.isAway) return Promise.reject(failure('08006'));
    if (sql.includes('claimed AS')) {
      if (state.isSlow) return Promise.reject(failure('57014'));
      const wanted = (key: string): boolean => keys.includes(key) === sql.includes('= ANY ($1');
      const most = Number(/LIMIT (\d+)\),/.exec(sql)?.[1]);
      const due = rows
        .filter((row) => !row.published && row.until <= Date.now() && wanted(row.routing_key))
        .slice(0, most);
      for (const row of due) {
        row.attempts += 1;
        row.until = Date.now() + 30_000;
        claims.push(row.routing_key);
      }
      return Promise.resolve(
        due.length === 0 ? [{ due: 0, id: null }] : due.map((row) => ({ ...row, due: due.length })),
      );
    }
    for (const row of rows.filter(({ id }) => keys.includes(id))) {
      const nth = keys.indexOf(row.id);
      if (sql.startsWith('UPDATE') && row.attempts !== attempts[nth]) continue;
      if (sql.includes('attempts - 1')) Object.assign(row, { attempts: row.attempts - 1, until: 0 });
      else if (typeof pause === 'number') row.until = Date.now() + Math.min(2 ** row.attempts, pause) * 1000;
      else if (pause !== undefined) row.until = Date.now() + Number.parseInt(pause, 10) * 1000;
      else row.published = true;
    }
    return Promise.resolve([]);
  };
  return { rows, claims, state, dataSource: { query } as unknown as DataSource };
};

/** A clock of our own: nothing waits for it. */
const pass = (s: number): void => {
  jest.advanceTimersByTime(s * 1000);
};
beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
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

describe('rows that are handed over', () => {
  const handed = (nth: number, routingKey = 'gw.other'): OutboxRow => ({
    ...{ id: `handed-${nth}`, exchange: 'dx.out', routingKey, type: 'delivery.released.v1', body: Buffer.from('{}') },
  });
  /** As a store does: asks, writes with a lease or without, and says so after the commit. */
  const write = (relay: Rounds, outbox: ReturnType<typeof anOutbox>, nth: number, to?: string): boolean => {
    const row = handed(nth, to);
    const handing = relay.takes();
    const leased = isHanded(handing, row.routingKey);
    const until = leased ? Date.now() + HANDED_LEASE_S * 1_000 : 0;
    const { routingKey: routing_key, exchange, type } = row;
    outbox.rows.push({
      ...{ id: row.id, seq: String(outbox.rows.length), exchange, routing_key, type, body: Buffer.from('{}') },
      ...{ attempts: leased ? 1 : 0, until, published: false },
    });
    relay.hand([row], handing);
    return leased;
  };
  const publishing = (answer: (publication: Publication) => Promise<void> = () => Promise.resolve()) => {
    const sent: string[] = [];
    const publish = (publication: Publication): Promise<void> => {
      sent.push(publication.messageId);
      return answer(publication);
    };
    return { sent, publish };
  };

  it('leave in the order in which they were written, and after what was written before them', async () => {
    const outbox = anOutbox(3);
    const { sent, publish } = publishing();
    const relay = relayTo(outbox.dataSource, publish);
    // What was here before is not known to have left.
    expect(write(relay, outbox, 0)).toBe(false);
    await relay.once();
    expect(write(relay, outbox, 1)).toBe(true);
    expect(write(relay, outbox, 2)).toBe(true);
    await relay.once();
    expect(sent).toEqual(['row-0', 'row-1', 'row-2', 'row-3', 'handed-0', 'handed-1', 'handed-2']);
    expect(outbox.rows.every(({ published }) => published)).toBe(true);
    // Of those that were handed over none was claimed.
    expect(outbox.claims).toHaveLength(5);
  });

  it('leave also when nothing can be found', async () => {
    const outbox = anOutbox(0);
    const { sent, publish } = publishing();
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    expect(write(relay, outbox, 1)).toBe(true);
    outbox.state.isSlow = true;
    pass(1);
    await relay.once();
    expect(sent).toEqual(['row-0', 'handed-1']);
    expect(outbox.rows.every(({ published }) => published)).toBe(true);
  });

  it('are taken only while nothing is written that must be found first', async () => {
    const outbox = anOutbox(0);
    const relay = relayTo(outbox.dataSource, publishing().publish);
    expect(relay.takes()).toBeUndefined();
    await relay.once();
    expect(relay.takes()).toBeDefined();
    relay.wake();
    expect(relay.takes()).toBeUndefined();
    await relay.once();
    expect(relay.takes()).toBeDefined();
    relay.hand(
      Array.from({ length: 400 }, (_, nth) => handed(nth)),
      relay.takes(),
    );
    expect(relay.takes()).toBeUndefined();
    // The rest at once.
    expect(await relay.once()).toBe(0);
    expect(await relay.once()).toBeGreaterThan(0);
    expect(relay.takes()).toBeDefined();
    relay.hand([{ ...handed(1), body: Buffer.alloc(8 * 1024 * 1024) }], relay.takes());
    expect(relay.takes()).toBeUndefined();
  });

  it('are given back as if they had never been claimed when nothing can leave', async () => {
    const outbox = anOutbox(0);
    let fault: string | undefined;
    const { sent, publish } = publishing();
    const relay = relayTo(outbox.dataSource, publish, () => fault);
    await relay.once();
    write(relay, outbox, 1);
    fault = 'disconnected';
    await relay.once();
    expect(outbox.rows.at(-1)?.attempts).toBe(0);
    expect(relay.takes()).toBeUndefined();
    fault = undefined;
    expect(write(relay, outbox, 2)).toBe(false);
    pass(HANDED_LEASE_S);
    await relay.once();
    expect(sent.slice(1)).toEqual(['handed-1', 'handed-2']);
  });

  it('go back with what was not published before them', async () => {
    const outbox = anOutbox(0);
    let isFull = true;
    const { sent, publish } = publishing(({ messageId }) =>
      messageId === 'handed-1' && isFull ? Promise.reject(new PublishError('REFUSED')) : Promise.resolve(),
    );
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    write(relay, outbox, 1);
    await relay.once();
    isFull = false;
    expect(write(relay, outbox, 2)).toBe(false);
    pass(HANDED_LEASE_S);
    await relay.once();
    await relay.once();
    expect(sent.slice(1)).toEqual(['handed-1', 'handed-1', 'handed-2']);
    expect(outbox.rows.every(({ published }) => published)).toBe(true);
  });

  it('to one queue leave from memory while another refuses, and to that one in their order when it takes again', async () => {
    const outbox = anOutbox(0);
    let isFull = true;
    const { sent, publish } = publishing(({ routingKey }) =>
      routingKey === FULL && isFull ? Promise.reject(new PublishError('REFUSED')) : Promise.resolve(),
    );
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    expect(write(relay, outbox, 0, FULL)).toBe(true);
    await relay.once();
    outbox.claims.length = 0;
    for (const nth of [1, 3, 5]) {
      expect(write(relay, outbox, nth, FULL)).toBe(false);
      expect(write(relay, outbox, nth + 1)).toBe(true);
      await relay.once();
    }
    expect(outbox.claims).toEqual([]);
    expect(sent.slice(2)).toEqual(['handed-2', 'handed-4', 'handed-6']);
    isFull = false;
    sent.length = 0;
    pass(HANDED_LEASE_S);
    await relay.once();
    // It takes again: what waits for it goes first.
    expect(write(relay, outbox, 7, FULL)).toBe(false);
    await relay.once();
    expect(write(relay, outbox, 8, FULL)).toBe(true);
    await relay.once();
    expect(sent).toEqual([0, 1, 3, 5, 7, 8].map((nth) => `handed-${nth}`));
  });

  it('that were written before a queue refused, and committed after it, go back', async () => {
    const outbox = anOutbox(0);
    let isFull = true;
    const { sent, publish } = publishing(({ routingKey }) =>
      routingKey === FULL && isFull ? Promise.reject(new PublishError('REFUSED')) : Promise.resolve(),
    );
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    const handing = relay.takes();
    write(relay, outbox, 1, FULL);
    await relay.once();
    outbox.rows.push({
      ...{ id: 'handed-2', seq: '2', exchange: 'dx.out', routing_key: FULL, type: 'delivery.released.v1' },
      ...{ body: Buffer.from('{}'), attempts: 1, until: Date.now() + HANDED_LEASE_S * 1_000, published: false },
    });
    relay.hand([handed(2, FULL)], handing);
    await Promise.resolve();
    expect([sent.slice(1), outbox.rows.at(-1)]).toMatchObject([['handed-1'], { attempts: 0, until: 0 }]);
    isFull = false;
    pass(HANDED_LEASE_S);
    await relay.once();
    await relay.once();
    expect(sent.slice(2)).toEqual(['handed-1', 'handed-2']);
  });

  it('are found by their lease when whoever had them in hand is no more', async () => {
    const outbox = anOutbox(0);
    const lost = relayTo(outbox.dataSource, publishing().publish);
    await lost.once();
    write(lost, outbox, 1);
    const { sent, publish } = publishing();
    const other = relayTo(outbox.dataSource, publish);
    await other.once();
    expect(sent).toEqual([]);
    pass(HANDED_LEASE_S);
    await other.once();
    expect(sent).toEqual(['handed-1']);
  });

  it('are not published from memory when their lease may have ended, and stay whose they are', async () => {
    const outbox = anOutbox(0);
    const [first, second] = [publishing(), publishing()];
    const relay = relayTo(outbox.dataSource, first.publish);
    const other = relayTo(outbox.dataSource, second.publish);
    await relay.once();
    first.sent.length = 0;
    write(relay, outbox, 1);
    // The store is away for longer than the lease, or this process stands still.
    outbox.state.isAway = true;
    pass(1);
    await relay.once();
    outbox.state.isAway = false;
    pass(HANDED_LEASE_S + 1);
    await other.once();
    expect(second.sent).toEqual(['handed-1']);
    await relay.once();
    await relay.once();
    expect(first.sent).toEqual([]);
    expect(outbox.rows.find(({ id }) => id === 'handed-1')).toMatchObject({ attempts: 2, published: true });
  });

  it('that wait too long are given back while the lease is ours, and not published from memory', async () => {
    const outbox = anOutbox(0);
    const { sent, publish } = publishing();
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    sent.length = 0;
    write(relay, outbox, 1);
    pass(HANDED_LEASE_S / 2);
    await relay.once();
    expect([sent, outbox.rows.at(-1)]).toMatchObject([[], { attempts: 0, until: 0 }]);
    await relay.once();
    expect(sent).toEqual(['handed-1']);
  });

  it('are given back at once when they were committed after the relay had stopped, or after others went back', async () => {
    const outbox = anOutbox(0);
    const { sent, publish } = publishing();
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    sent.length = 0;
    const handing = relay.takes();
    await relay.drain();
    outbox.rows.push({
      ...{ id: 'handed-7', seq: '7', exchange: 'dx.out', routing_key: 'gw.other', type: 'delivery.released.v1' },
      ...{ body: Buffer.from('{}'), attempts: 1, until: Date.now() + HANDED_LEASE_S * 1_000, published: false },
    });
    relay.hand([handed(7)], handing);
    await Promise.resolve();
    expect([sent, outbox.rows.at(-1)]).toMatchObject([[], { attempts: 0, until: 0 }]);
  });

  it('do not leave after what was found, which was written later', async () => {
    const outbox = anOutbox(0);
    const { sent, publish } = publishing();
    const relay = relayTo(outbox.dataSource, publish);
    await relay.once();
    sent.length = 0;
    for (let nth = 0; nth < 300; nth += 1) write(relay, outbox, nth);
    const { length } = outbox.rows;
    outbox.rows.push({
      ...{ id: 'later', seq: String(length), exchange: 'dx.out', routing_key: 'gw.other', type: 'receipt.recorded.v1' },
      ...{ body: Buffer.from('{}'), attempts: 0, until: 0, published: false },
    });
    relay.wake();
    await relay.once();
    await relay.once();
    expect(sent.at(-1)).toBe('later');
    expect(sent).toHaveLength(301);
  });
});
