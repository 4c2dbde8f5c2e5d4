import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { casesCommand } from './cases.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';

describe('delge cases', () => {
  const owned = Array.from({ length: 450 }, (_, at) => ({ id: `${at}` }));
  const asked: string[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query }) => {
      asked.push(path);
      if (path === '/v1/cases' || path.endsWith('/timeline')) {
        const rows = owned.slice(0, query.get('state') === 'closed' ? 3 : 450);
        const after = Number(query.get('after') ?? '0');
        const until = Math.min(after + Number(query.get('limit') ?? '20'), rows.length);
        return { items: rows.slice(after, until), next: `${until}` };
      }
      return path.endsWith('/roster') ? { items: [{ authority: AUTHORITY }] } : { id: path };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<unknown> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    casesCommand(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    asked.length = 0;
    await program.parseAsync(['node', 'delge', 'cases', ...args, '--as', AUTHORITY]);
    return JSON.parse(printed) as unknown;
  };

  it('lists all of them, and all that happened, and not the first page alone', async () => {
    expect(await delge('list')).toEqual({ items: owned });
    expect(await delge('list', '--state', 'closed')).toEqual({ items: owned.slice(0, 3) });
    expect(await delge('timeline', ID)).toEqual({ items: owned });
    expect(await delge('roster', ID)).toEqual({ items: [{ authority: AUTHORITY }] });
  });

  it('asks for what each command says, and opens one under a new id when none is given', async () => {
    const commands: readonly (readonly [string, readonly string[]])[] = [
      [`/v1/cases/${ID}`, ['open', ID, '--type', 'permits', '--title', 'x']],
      [`/v1/cases/${ID}`, ['show', ID]],
      [`/v1/cases/${ID}/messages`, ['add', ID, '--message', ID]],
      [`/v1/cases/${ID}/links`, ['link', ID, '--to', 'fk/forsakringskassan', '--case', ID]],
      [`/v1/cases/${ID}/closing`, ['close', ID, '--reason', 'concluded']],
    ];
    for (const [path, args] of commands) {
      await delge(...args);
      expect(asked.at(-1)).toBe(path);
    }
    await delge('open', '--type', 'other');
    const [first] = asked.slice(-1);
    await delge('open', '--type', 'other');
    expect(first).toMatch(/^\/v1\/cases\/[0-9a-f-]{36}$/);
    expect(asked.at(-1)).not.toBe(first);
  });
});
