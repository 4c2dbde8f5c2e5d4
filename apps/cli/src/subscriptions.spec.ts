import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { subscriptionsCommand } from './subscriptions.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';

describe('delge subscriptions', () => {
  const all = Array.from({ length: 250 }, (_, at) => ({ id: `${at}` }));
  const asked: string[] = [];
  const bodies: string[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query, body }) => {
      asked.push(path);
      bodies.push(body);
      if (path !== '/v1/subscriptions' && path !== '/v1/held') return { items: [], id: path };
      const rows = query.get('state') === 'asked' ? all.slice(0, 2) : all;
      const after = Number(query.get('after') ?? '0');
      const until = Math.min(after + Number(query.get('limit') ?? '20'), rows.length);
      return { items: rows.slice(after, until), next: `${until}` };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<unknown> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    subscriptionsCommand(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    asked.length = 0;
    await program.parseAsync(['node', 'delge', 'subscriptions', ...args, '--as', AUTHORITY]);
    return JSON.parse(printed) as unknown;
  };

  it('lists all of them, and all that is held, and not the first page alone', async () => {
    expect(await delge('list', 'received')).toEqual({ items: all });
    expect(await delge('list', 'sent', '--state', 'asked')).toEqual({ items: all.slice(0, 2) });
    expect(await delge('held')).toEqual({ items: all });
  });

  it('asks for what each command says', async () => {
    const office = ['--office', 'enhetschef'];
    const order = ['--subscriber', 'fk/forsakringskassan', '--scope', 'case', '--type', 'correction', ...office];
    const commands: readonly (readonly [string, readonly string[]])[] = [
      [`/v1/subscriptions/${ID}`, ['answer', ID, '--answer', 'granted', ...office]],
      [`/v1/subscriptions/${ID}/backfill`, ['backfill', ID, '--referral', ID]],
      ['/v1/standing-orders', ['orders']],
      [`/v1/standing-orders/${ID}`, ['order', ID, ...order]],
      [`/v1/standing-orders/${ID}`, ['end-order', ID]],
    ];
    for (const [path, args] of commands) {
      await delge(...args);
      expect(asked.at(-1)).toBe(path);
    }
  });

  it('brings the assessments of a file with what is disclosed anew', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'delge-')), 'assessments.json');
    writeFileSync(file, '[{"test":"BEHOV"}]');
    await delge('backfill', ID, '--referral', ID, '--assessments', file);
    expect(JSON.parse(bodies.at(-1) ?? '')).toEqual({ referralIds: [ID], assessments: [{ test: 'BEHOV' }] });
  });
});
