import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { Load } from './load.js';
import { ProblemError } from './problem.js';

const limits = { inAll: 2, perCaller: 1, answerMs: 12_000 };

interface Asked {
  readonly request: { complete: boolean; destroyed: boolean };
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
    destroy: (): void => {
      request.destroyed = true;
      emitter.emit('close');
    },
  };
  let admitted = false;
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
    const again = (): void => load.of('a', ask(load).response);
    expect(again).toThrow(new ProblemError('rate-limited', 429));
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
    jest.advanceTimersByTime(limits.answerMs);
    expect([told.status, told.slug, load.count()]).toEqual([503, 'timeout', 0]);
  });

  it('that are still being sent make room, the oldest first, and keep nobody out', () => {
    const load = new Load(limits);
    const slow = Array.from({ length: limits.inAll }, () => {
      const one = ask(load);
      one.request.complete = false;
      return one;
    });
    const next = ask(load);
    expect([next.admitted, load.count()]).toEqual([true, limits.inAll]);
    expect(slow.map(({ request }) => request.destroyed)).toEqual(slow.map((_, nth) => nth === 0));
  });
});
