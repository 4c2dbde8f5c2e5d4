import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { patiently, readCommands, rows, sendCommands } from './commands.js';
import { receiptCommands } from './receipts.js';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

it('goes on after a page that is empty, until a list says the same place again', async () => {
  const pages: Readonly<Record<string, { readonly items: readonly number[]; readonly next?: string }>> = {
    '': { items: [], next: 'a' },
    a: { items: [1], next: 'b' },
    b: { items: [], next: 'b' },
  };
  const found: number[] = [];
  for await (const one of rows(({ after = '' }) => Promise.resolve(pages[after] ?? { items: [] }))) found.push(one);
  expect(found).toEqual([1]);
});

it('says every few seconds what it waits for, and no more once that has come', async () => {
  jest.useFakeTimers();
  const said: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const { promise, resolve } = Promise.withResolvers<string>();
  const waited = patiently('the gateway has not answered yet', promise);
  jest.advanceTimersByTime(2_000);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(5_000);
  expect(said).toEqual(Array.from({ length: 2 }, () => 'the gateway has not answered yet …\n'));
  resolve('an answer');
  expect(await waited).toBe('an answer');
  jest.advanceTimersByTime(60_000);
  expect(said).toHaveLength(2);
});

describe('what leads from a referral to its receipt', () => {
  const AUTHORITY = 'csn/csn';
  const given: object[] = [];
  let states = ['fetched', 'acknowledged'];
  let accepted = 'accepted';
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let file: string;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, method, body }) => {
      const recipients = ['m1', 'm2'].map((messageId, nth) => ({
        messageId,
        authority: 'a/b',
        state: states[nth],
        receipts: [],
      }));
      if (path === '/v1/referrals' && method === 'POST') return { id: 'r', caseId: 'c', state: accepted, recipients };
      if (path === '/v1/referrals/r') return { id: 'r', caseId: 'c', recipients };
      if (path === '/v1/deliveries/m1') return { id: 'm1', sender: 'a/b', content: { x: 1 }, evidence: { proof: 'p' } };
      if (path !== '/v1/deliveries/m1/handling') return undefined;
      given.push(JSON.parse(body) as object);
      return { handling: 'accepted' };
    });
    file = join(dirname(gateway.sandbox), 'referral.json');
    writeFileSync(file, JSON.stringify({ id: 'r', to: [] }));
  });
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    for (const add of [sendCommands, readCommands, receiptCommands]) add(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '');
    await program.parseAsync(['node', 'delge', ...args, '--as', AUTHORITY]);
    return printed;
  };

  it('is the ids of its messages, for a shell to keep', async () => {
    expect(await delge('send', file, '--ids')).toBe('m1\nm2\n');
    expect(JSON.parse(await delge('send', file))).toMatchObject({ id: 'r', recipients: [{ messageId: 'm1' }, {}] });
    expect(process.exitCode).toBeUndefined();
  });

  it.each([
    ['was refused', 'accepted', ['fetched', 'refused']],
    ['waits for an officer', 'awaiting-assessment', ['accepted', 'awaiting-assessment']],
  ])('is no success for a shell when one of them %s', async (_, state, ofMessages) => {
    [accepted, states] = [state, ofMessages];
    const said: string[] = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    expect(await delge('send', file, '--ids')).toBe('m1\nm2\n');
    expect(process.exitCode).toBe(1);
    expect(said.join('')).toContain(`m2 has not arrived at a/b: ${ofMessages[1]}; `);
  });

  it('is what was received, with its evidence or alone', async () => {
    expect(JSON.parse(await delge('delivery', 'm1'))).toHaveProperty('evidence');
    expect(JSON.parse(await delge('delivery', 'm1', '--content'))).toEqual({ sender: 'a/b', content: { x: 1 } });
  });

  it('is how far it has come, with a diary number or a reason', async () => {
    await delge('handle', 'm1', 'accepted', '--diary-number', 'CSN 1');
    await delge('handle', 'm1', 'rejected', '--reason', 'misdirected');
    expect(given).toEqual([
      { status: 'accepted', diaryNumber: 'CSN 1' },
      { status: 'rejected', reason: 'misdirected' },
    ]);
    await expect(delge('handle', 'm1', 'technical')).rejects.toThrow('technical');
  });
});
