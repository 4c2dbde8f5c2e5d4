import { afterEach, expect, it, jest } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseStrict } from '#json';
import type { MessageOutline } from '../application/ports/referral.js';
import { RecentOutlines } from './recent-outlines.js';

const sent: MessageOutline = {
  ...{ type: 'crime-report/1', recipient: 'polis/polismyndigheten', state: 'accepted', attempt: 1 },
  ...{ manifestSha256: 'm', jweSha256: 'j' },
};
const kept = (outline: MessageOutline): MessageOutline | undefined => {
  const recent = new RecentOutlines();
  recent.keep('uppsala/socialnamnden', 'm', sent);
  recent.keep('uppsala/socialnamnden', 'm', outline);
  return recent.find('uppsala/socialnamnden', 'm', { attempt: outline.attempt });
};

afterEach(() => void jest.useRealTimers());

it('remembers what was sent, of one authority', () => {
  expect(kept(sent)).toEqual(sent);
  expect(new RecentOutlines().find('uppsala/socialnamnden', 'm', {})).toBeUndefined();
});

it.each<[string, Partial<MessageOutline>]>([
  ['has ended', { state: 'refused' }],
  ['is a later attempt', { attempt: 2 }],
])('forgets what %s', (_, change) => {
  expect(kept({ ...sent, ...change })).toBeUndefined();
});

it('does not remember a draft: what is sent after its assessment has digests that it lacks', () => {
  const { manifestSha256, jweSha256, ...draft } = sent;
  expect([manifestSha256, jweSha256]).toEqual(['m', 'j']);
  expect(kept({ ...draft, state: 'awaiting-assessment' })).toBeUndefined();
});

it.each([{ attempt: 2 }, { recipient: 'csn/csn' }, { manifestSha256: 'x' }, { jweSha256: 'x' }])(
  'forgets what does not fit %p',
  (told) => {
    const recent = new RecentOutlines();
    recent.keep('uppsala/socialnamnden', 'm', sent);
    expect(recent.find('uppsala/socialnamnden', 'm', told)).toBeUndefined();
    expect(recent.find('uppsala/socialnamnden', 'm', {})).toBeUndefined();
  },
);

it('remembers nothing for longer than an hour', () => {
  jest.useFakeTimers();
  const recent = new RecentOutlines();
  recent.keep('uppsala/socialnamnden', 'm', sent);
  jest.advanceTimersByTime(60 * 60 * 1000);
  expect(recent.find('uppsala/socialnamnden', 'm', {})).toEqual(sent);
  jest.advanceTimersByTime(1);
  expect(recent.find('uppsala/socialnamnden', 'm', {})).toBeUndefined();
});

it('holds nothing of the requests that it remembers the outlines of', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const recent = new RecentOutlines();
  const heap = (): number => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let nth = 0; nth < 60; nth += 1) {
    // Not as JSON.stringify writes it: it is read by hand, and its texts are cut out of it.
    const text = JSON.stringify({ ...sent, nth, body: 'x'.repeat(300_000) }, undefined, 2);
    const { body: _, nth: __, ...outline } = parseStrict(text) as unknown as MessageOutline & Record<string, unknown>;
    recent.keep('uppsala/socialnamnden', String(nth), outline);
  }
  expect(heap() - before).toBeLessThan(6_000_000);
  expect(recent.find('uppsala/socialnamnden', '0', {})?.type).toBe('crime-report/1');
});
