import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { EventView } from '#contracts';
import { EventLog } from '#platform';
import type { Response } from 'express';
import { GatewayError } from '../domain/errors.js';
import { EventStreams } from './event-streams.js';
import { Listeners } from './listeners.js';

const log = new EventLog('test', 'silent');
const ASKING = { authority: 'fk/forsakringskassan', system: 'a' };
const TIMES = { lifeMs: 60_000, quietMs: 15_000 };
const event = (nth: number): EventView => ({
  id: `${nth}`,
  type: 'delivery.received',
  timestamp: '2026-11-24T08:00:00.000Z',
  data: { messageId: `m${nth}` },
});

const never = async function* (): AsyncGenerator<undefined> {
  yield undefined;
};

describe('a stream of events', () => {
  let server: Server;
  let followed: (() => AsyncGenerator<EventView | undefined>) | undefined;
  let faults: string[];
  let streams: EventStreams;
  beforeEach(async () => {
    faults = [];
    followed = undefined;
    // Without events it is silent until nobody listens any more.
    const silent = async function* (gone: AbortSignal): AsyncGenerator<undefined> {
      if (!gone.aborted) await once(gone, 'abort');
      yield undefined;
    };
    streams = new EventStreams(
      {
        list: (_asking, { after }) =>
          after === 'nowhere' ? Promise.reject(new GatewayError('NOT_FOUND')) : Promise.resolve({ items: [] }),
        follow: (_asking, _from, _quietMs, gone) => followed?.() ?? silent(gone),
      },
      new Listeners({ perSystem: 2, inAll: 3 }),
      TIMES,
      log,
    );
    server = createServer((request, response) => {
      const [, system = '', after] = (request.url ?? '').split('/');
      streams.send({ ...ASKING, system }, after, response as unknown as Response).catch((error: unknown) => {
        const { code, status } = error as { readonly code?: string; readonly status?: number };
        faults.push(String(code));
        response.writeHead(status ?? 404).end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const open = (path: string, signal?: AbortSignal): ReturnType<typeof fetch> =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`, signal === undefined ? {} : { signal });

  it('tells id, type and event, and something while nothing happens', async () => {
    followed = async function* () {
      yield event(1);
      yield undefined;
      yield event(2);
    };
    const response = await open('a');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const told = (nth: number): string =>
      `id: ${nth}\nevent: delivery.received\ndata: ${JSON.stringify(event(nth))}\n\n`;
    expect(await response.text()).toBe(`${told(1)}:\n\n${told(2)}`);
  });

  it('is cut off, and not ended, where it cannot go on', async () => {
    followed = async function* () {
      yield event(1);
      throw new Error('the database is away');
    };
    await expect((await open('a')).text()).rejects.toThrow();
  });

  it('waits for a reader who takes nothing, and ends with its life all the same', async () => {
    let told = 0;
    followed = async function* () {
      for (; told < 100_000; told += 1) yield event(told);
    };
    const slow = new EventStreams(
      { list: () => Promise.resolve({ items: [] }), follow: () => followed?.() ?? never() },
      new Listeners({ perSystem: 2, inAll: 3 }),
      { ...TIMES, lifeMs: 300 },
      log,
    );
    streams = slow;
    const { hostname, port } = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.pause();
    socket.on('error', () => undefined);
    socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    const [connection] = (await once(server, 'connection')) as [Socket];
    await once(connection, 'close');
    expect(told).toBeLessThan(100_000);
    socket.destroy();
  });

  it('is refused where there is no such event to go on from', async () => {
    expect((await open('a/nowhere')).status).toBe(404);
    expect(faults).toEqual(['NOT_FOUND']);
  });

  it('is one of few of its system, and of all; one that ends makes room', async () => {
    const leaving = new AbortController();
    const [first] = [await open('a', leaving.signal), await open('a')];
    expect((await open('a')).status).toBe(429);
    await open('b');
    expect((await open('c')).status).toBe(503);
    const ended = first.text().catch(() => 'ended');
    leaving.abort();
    await ended;
    let status = 0;
    // Its end travels by the network.
    for (let nth = 0; nth < 100 && status !== 200; nth += 1) status = (await open('c')).status;
    expect(status).toBe(200);
  });

  it('ends after its life, whole', async () => {
    const short = new EventStreams(
      {
        list: () => Promise.resolve({ items: [] }),
        follow: async function* (_asking, _from, _quietMs, gone) {
          yield event(1);
          await once(gone, 'abort');
        },
      },
      new Listeners({ perSystem: 2, inAll: 3 }),
      { ...TIMES, lifeMs: 50 },
      log,
    );
    streams = short;
    expect(await (await open('a')).text()).toContain('id: 1\n');
  });
});
