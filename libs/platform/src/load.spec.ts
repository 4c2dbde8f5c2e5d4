import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { Load } from './load.js';
import { begins } from './pace.js';
import { ProblemError } from './problem.js';

const limits = { inAll: 2, perCaller: 1, answerMs: 12_000 };

interface Asked {
  readonly request: { complete: boolean; destroyed: boolean; readonly socket: { bytesRead: number } };
  readonly response: Response;
  readonly told: { status?: number; slug?: string; headers: Record<string, string> };
  readonly admitted: boolean;
  end(): void;
}

const ask = (load: Load, path = '/v1/referrals'): Asked => {
  const told: Asked['told'] = { headers: {} };
  const emitter = new EventEmitter();
  const response = Object.assign(emitter, {
    headersSent: false,
    closed: false,
    setHeader: (name: string, value: string) => void (told.headers[name] = value),
    removeHeader: () => undefined,
    status: (status: number) => {
      told.status = status;
      return response;
    },
    type: () => response,
    send: (text: string) => {
      told.slug = (JSON.parse(text) as { type: string }).type.replace('/problems/', '');
      response.headersSent = true;
      response.closed = true;
      emitter.emit('close');
    },
  });
  const request = {
    path,
    complete: true,
    destroyed: false,
    socket: { bytesRead: 0 },
    destroy: (): void => {
      request.destroyed = true;
      emitter.emit('close');
    },
  };
  let admitted = false;
  begins(request as unknown as Request);
  load.admit(request as unknown as Request, response as unknown as Response, () => (admitted = true));
  return {
    request,
    response: response as unknown as Response,
    told,
    admitted,
    end: () => {
      response.headersSent = true;
      response.closed = true;
      emitter.emit('close');
    },
  };
};

/** A request whose body is still to come. */
const sending = (load: Load): Asked => {
  const one = ask(load);
  one.request.complete = false;
  return one;
};

describe('requests in hand', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('beyond the limit are refused at once, with when to come again, and are taken when others have ended', () => {
    const load = new Load(limits);
    const first = ask(load);
    ask(load);
    const third = ask(load);
    expect([third.admitted, third.told]).toEqual([
      false,
      { status: 503, slug: 'busy', headers: { 'Retry-After': '5', Connection: 'close' } },
    ]);
    first.end();
    expect([ask(load).admitted, load.count()]).toEqual([true, 2]);
  });

  it('are none of health, which is told under any load', () => {
    const load = new Load({ ...limits, inAll: 1 });
    ask(load);
    expect([ask(load, '/health/ready').admitted, load.count()]).toEqual([true, 1]);
  });

  it('of one caller leave room for others', () => {
    const load = new Load(limits);
    const first = ask(load);
    load.of('a', first.response);
    const second = ask(load);
    const again = (): void => load.of('a', second.response);
    expect(again).toThrow(new ProblemError('rate-limited', 429));
    expect([first, second].map(({ told }) => told.headers)).toEqual(
      [0, 0].map((left) => ({
        'RateLimit-Policy': '"in-hand";q=1;qu="concurrent-requests"',
        RateLimit: `"in-hand";r=${left}`,
      })),
    );
    load.of('b', ask(load).response);
    first.end();
    load.of('a', ask(load).response);
  });

  it('are answered in time, whatever they wait for, and counted no longer', () => {
    const load = new Load(limits);
    const { told } = ask(load);
    jest.advanceTimersByTime(limits.answerMs);
    expect([told.status, told.slug, told.headers['Retry-After'], load.count()]).toEqual([503, 'timeout', '5', 0]);
  });

  it('are not told that they took too long before all of them has come', () => {
    const load = new Load(limits);
    const { request, told } = ask(load);
    request.complete = false;
    jest.advanceTimersByTime(limits.answerMs);
    expect([told.status, load.count()]).toEqual([undefined, 1]);
    request.complete = true;
    jest.advanceTimersByTime(limits.answerMs - 1_000);
    expect([told.status, load.count()]).toEqual([undefined, 1]);
    jest.advanceTimersByTime(1_000);
    expect([told.status, told.slug, load.count()]).toEqual([503, 'timeout', 0]);
  });

  it('that are sent too slowly make room, the oldest first, and keep nobody out', () => {
    const load = new Load(limits);
    const slow = Array.from({ length: limits.inAll }, () => sending(load));
    jest.advanceTimersByTime(1_001);
    const next = ask(load);
    expect([next.admitted, load.count()]).toEqual([true, limits.inAll]);
    expect(slow.map(({ request }) => request.destroyed)).toEqual(slow.map((_, nth) => nth === 0));
  });

  it('of which only the beginning comes, 400 in a second, keep nobody out, and cost nobody who sends', () => {
    const load = new Load({ ...limits, inAll: 40 });
    let upload: Asked | undefined;
    const turnedAway: string[] = [];
    for (let ms = 0; ms < 3_000; ms += 1) {
      if (ms % 5 < 2) sending(load);
      if (ms === 1_000) upload = sending(load);
      if (upload !== undefined && ms % 10 === 0) upload.request.socket.bytesRead += 1_250;
      if (ms % 50 === 0) {
        const honest = ask(load);
        if (!honest.admitted) turnedAway.push(`${ms} ms`);
        else honest.end();
      }
      jest.advanceTimersByTime(1);
    }
    expect([turnedAway, upload?.admitted, upload?.request.destroyed]).toEqual([[], true, false]);
  });

  it('that came whole and are worked on leave a body that has just begun in peace', () => {
    const load = new Load({ ...limits, inAll: 4 });
    const upload = sending(load);
    for (let nth = 0; nth < 3; nth += 1) ask(load);
    jest.advanceTimersByTime(100);
    expect([ask(load).told.slug, upload.request.destroyed]).toEqual(['busy', false]);
  });

  it('that are sent as fast as a line of 1 Mbit/s allows make room for nobody, however long that takes', () => {
    const load = new Load(limits);
    const [upload, other] = [sending(load), sending(load)];
    // 1 MiB in 8.4 s, beside one that sends nothing.
    for (let sent = 0; sent < 1024 * 1024; sent += 12_500) {
      upload.request.socket.bytesRead += 12_500;
      jest.advanceTimersByTime(100);
    }
    expect([ask(load).admitted, upload.request.destroyed, other.request.destroyed]).toEqual([true, false, true]);
    // There is nobody left who is behind: who comes is told so.
    expect([ask(load).told.slug, upload.request.destroyed]).toEqual(['busy', false]);
  });
});
