import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { accessLogCommands } from './access-log.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';

describe('delge access-log', () => {
  const log = Array.from({ length: 450 }, (_, at) => ({ messageId: `${at}` }));
  const asked: string[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query }) => {
      if (path !== '/v1/access-log') return undefined;
      asked.push([...query].map((one) => one.join('=')).join('&'));
      const after = Number(query.get('after') ?? '0');
      const until = after + Number(query.get('limit') ?? '20');
      return { items: log.slice(after, until), next: `${Math.min(until, log.length)}` };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  it('prints all of it, a row a line, about what was asked for', async () => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    accessLogCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const options = ['--as', AUTHORITY, '--message', ID, '--from', '2026-11-24T08:00:00Z'];
    await program.parseAsync(['node', 'delge', 'access-log', ...options]);
    const lines = printed.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(log);
    expect(asked[0]).toBe(`from=2026-11-24T08:00:00Z&messageId=${ID}&limit=200`);
    // Until it says the same place again: a short page may be followed by another.
    expect(asked).toHaveLength(4);
  });
});
