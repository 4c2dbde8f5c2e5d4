import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { accessLogCommands } from './access-log.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';

describe('delge access-log and callers', () => {
  const log = Array.from({ length: 450 }, (_, at) => ({ messageId: `${at}` }));
  const callers = [{ id: 'a' }, { id: 'b' }];
  const asked: string[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query }) => {
      if (path === '/v1/callers') return { items: query.has('after') ? [] : callers, next: 'b' };
      if (path !== '/v1/access-log') return undefined;
      asked.push([...query].map((one) => one.join('=')).join('&'));
      const after = Number(query.get('after') ?? '0');
      const until = after + Number(query.get('limit') ?? '20');
      return { items: log.slice(after, until), next: `${Math.min(until, log.length)}` };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...given: readonly string[]): Promise<readonly object[]> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    accessLogCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', ...given, '--as', AUTHORITY]);
    const lines = printed.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as object);
  };

  it('prints all of it, a row a line, about what was asked for', async () => {
    expect(await delge('access-log', '--message', ID, '--from', '2026-11-24T08:00:00Z')).toEqual(log);
    expect(asked[0]).toBe(`from=2026-11-24T08:00:00Z&messageId=${ID}&limit=200`);
    // Until it says the same place again: a short page may be followed by another.
    expect(asked).toHaveLength(4);
  });

  it('prints who may call, one a line', async () => {
    expect(await delge('callers')).toEqual(callers);
  });
});
