import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { paced } from './pace.js';

const MIB = 1024 * 1024;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A request whose body is to come. */
const begun = (headersSent = false) => {
  const told: string[] = [];
  const socket = {
    bytesRead: 700,
    destroyed: false,
    write: (text: string) => told.push(text.split('\r\n')[0] ?? ''),
    destroy: () => void (socket.destroyed = true),
  };
  const request = Object.assign(new EventEmitter(), { complete: false, socket });
  paced()(request as unknown as Request, { headersSent } as Response, () => undefined);
  return { request, socket, told };
};

/** @returns seconds until it is cut off, or has come whole */
const sent = ({ request, socket }: ReturnType<typeof begun>, octets: number, octetsPerSecond: number): number => {
  for (let tenths = 0; ; tenths += 1) {
    if (socket.destroyed || tenths > 10_000) return tenths / 10;
    if (socket.bytesRead >= octets) {
      request.complete = true;
      return tenths / 10;
    }
    socket.bytesRead += octetsPerSecond / 10;
    jest.advanceTimersByTime(100);
  }
};

it.each<[string, number, number]>([
  ['a line of 1 Mbit/s to itself', MIB, 125_000],
  ['a line of 1 Mbit/s that it has a seventh of', MIB, 125_000 / 7],
  ['a line of 1 Mbit/s, and eight times as much to send', 8 * MIB, 125_000],
])('a body comes whole that has %s', (_, octets, octetsPerSecond) => {
  const upload = begun();
  sent(upload, octets, octetsPerSecond);
  jest.advanceTimersByTime(60_000);
  expect([upload.socket.bytesRead >= octets, upload.socket.destroyed, upload.told]).toEqual([true, false, []]);
});

it.each<[string, number]>([
  ['nothing', 0],
  ['an octet a second', 1],
  ['a kilobyte a second', 1000],
])('a body of which comes %s is cut off within 17 seconds', (_, octetsPerSecond) => {
  const slow = begun();
  expect(sent(slow, MIB, octetsPerSecond)).toBeLessThan(17.1);
  expect(slow.told).toEqual(['HTTP/1.1 408 Request Timeout']);
});

it('a body that stops in the middle is cut off when what came has been paid for', () => {
  const slow = begun();
  slow.socket.bytesRead += 512 * 1024;
  expect(sent(slow, MIB, 0)).toBeGreaterThan(40);
  expect(slow.socket.destroyed).toBe(true);
});

it('who was answered already and still sends slowly is cut off without a word', () => {
  const slow = begun(true);
  sent(slow, MIB, 1);
  expect([slow.socket.destroyed, slow.told]).toEqual([true, []]);
});

it('a body that nobody reads yet is not behind, and is from when somebody does', () => {
  const upload = begun();
  const { request, socket } = upload;
  Object.assign(request, { readableLength: 64 * 1024, readableHighWaterMark: 64 * 1024 });
  socket.bytesRead += 64 * 1024;
  jest.advanceTimersByTime(60_000);
  expect(socket.destroyed).toBe(false);
  Object.assign(request, { readableLength: 0 });
  jest.advanceTimersByTime(15_000);
  expect(socket.destroyed).toBe(false);
  jest.advanceTimersByTime(6_000);
  expect(socket.destroyed).toBe(true);
});

it('a body is not held against what this process stood still', () => {
  const { request, socket, told } = begun();
  jest.advanceTimersByTime(10_000);
  const stood = performance.now() + 30_000;
  const now = jest.spyOn(performance, 'now').mockReturnValue(stood);
  jest.advanceTimersByTime(1_000);
  expect([socket.destroyed, told]).toEqual([false, []]);
  now.mockRestore();
  request.emit('close');
});

it('a request that has ended is looked at no more', () => {
  const { request } = begun();
  expect(jest.getTimerCount()).toBe(1);
  request.emit('close');
  expect(jest.getTimerCount()).toBe(0);
});
