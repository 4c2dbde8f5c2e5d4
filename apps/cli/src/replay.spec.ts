import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aProblem, fakeGateway } from '#testing';
import type { FakeAnswer } from '#testing';
import { Command } from 'commander';
import { replayCommand } from './replay.js';

const AUTHORITY = 'fk/forsakringskassan';
const WEBHOOK = '01930000-0000-7000-8000-000000000001';
const SINCE = '2026-11-24T08:00:00.000Z';

describe('delge replay', () => {
  const events = Array.from({ length: 450 }, (_, nth) => ({ id: String(nth + 1), timestamp: SINCE }));
  const attempt = (eventId: string, status: number): object => ({
    kind: 'replay',
    eventId,
    at: SINCE,
    status,
    milliseconds: 3,
  });
  /** What the webhook is asked for, in order. */
  const asked: object[] = [];
  let answers: (object | FakeAnswer)[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query, body }) => {
      if (path === `/v1/webhooks/${WEBHOOK}/replay`) {
        asked.push(JSON.parse(body) as object);
        return answers.shift();
      }
      if (path !== '/v1/events') return undefined;
      asked.push(Object.fromEntries(query));
      const after = Number(query.get('after') ?? '0');
      const items = events.slice(after, after + Number(query.get('limit')));
      return { items };
    });
  });
  beforeEach(() => {
    asked.length = 0;
    answers = [];
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  afterAll(() => gateway.close());

  const delge = async (
    ...args: readonly string[]
  ): Promise<{ readonly out: readonly string[]; readonly err: string; readonly code: unknown }> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    program.configureOutput({ writeErr: () => undefined });
    replayCommand(program);
    program.commands[0]?.exitOverride().configureOutput({ writeErr: () => undefined });
    let [out, err] = ['', ''];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '');
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== '');
    await program.parseAsync(['node', 'delge', 'replay', ...args, '--as', AUTHORITY]);
    return { out: out.split('\n').filter((line) => line !== ''), err, code: process.exitCode };
  };

  it('prints all events since a time, page by page, and says how many', async () => {
    const { out, err } = await delge('--since', SINCE);
    expect(out).toEqual(events.map((event) => JSON.stringify(event)));
    expect(asked).toEqual([
      { limit: '200', since: SINCE },
      { limit: '200', since: SINCE, after: '200' },
      { limit: '200', since: SINCE, after: '400' },
    ]);
    expect(err).toBe('450 events\n');
  });

  it('prints those after an event', async () => {
    expect((await delge('--after', '448')).out).toHaveLength(2);
  });

  it('has a webhook sent one event, or those since a time as far as there are any', async () => {
    answers = [{ items: [attempt('7', 204)] }];
    expect((await delge('--webhook', WEBHOOK, '--event', '7')).out).toEqual([`${SINCE}  7  204  3 ms`]);
    answers = [{ items: [attempt('1', 200), attempt('2', 200)], next: '2' }, { items: [attempt('3', 200)] }];
    const { out, err, code } = await delge('--webhook', WEBHOOK, '--since', SINCE, '--json');
    expect(out.map((line) => (JSON.parse(line) as { readonly eventId: string }).eventId)).toEqual(['1', '2', '3']);
    expect([asked, err, code]).toEqual([
      [{ event: '7' }, { since: SINCE }, { since: SINCE, after: '2' }],
      '3 sent\n',
      0,
    ]);
  });

  it('has a webhook sent those after an event, as far back as a gateway goes', async () => {
    answers = [{ items: [attempt('3', 204)] }];
    expect((await delge('--webhook', WEBHOOK, '--after', '2')).code).toBe(0);
    const [{ since, after }] = asked as [{ readonly since: string; readonly after: string }];
    const days = (Date.now() - Date.parse(since)) / 86_400_000;
    expect([after, Math.round(days)]).toEqual(['2', 30]);
  });

  it('waits while it is too much at once', async () => {
    answers = [aProblem('rate-limited', 429), { items: [attempt('7', 204)] }];
    expect((await delge('--webhook', WEBHOOK, '--event', '7')).out).toEqual([`${SINCE}  7  204  3 ms`]);
    expect(asked).toEqual([{ event: '7' }, { event: '7' }]);
  });

  it('ends with 2 at the first event that is not taken, and names it', async () => {
    answers = [{ items: [attempt('1', 200), attempt('2', 500)], next: '1' }];
    const { code, err, out } = await delge('--webhook', WEBHOOK, '--since', SINCE);
    expect([code, out.length, err]).toEqual([2, 2, expect.stringContaining('did not take 2')]);
  });

  it.each([
    ['nothing that says from where', []],
    ['one event to print', ['--event', '7']],
    ['a webhook and nothing to send', ['--webhook', WEBHOOK]],
    ['one event and a time', ['--webhook', WEBHOOK, '--event', '7', '--since', SINCE]],
  ])('does not take %s', async (_, args) => {
    await expect(delge(...args)).rejects.toThrow();
    expect(asked).toEqual([]);
  });
});
