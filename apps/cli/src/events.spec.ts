import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aProblem, fakeGateway } from '#testing';
import type { FakeAnswer } from '#testing';
import { Command } from 'commander';
import { eventCommands } from './events.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';

describe('delge events', () => {
  const events = Array.from({ length: 450 }, (_, nth) => ({ id: String(nth + 1) }));
  const acknowledged: string[] = [];
  /** What is answered before what happened is. */
  let instead: FakeAnswer[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query, body }) => {
      if (path === '/v1/events/acknowledgement') {
        const { through } = JSON.parse(body) as { readonly through: string };
        acknowledged.push(through);
        return { acknowledged: through };
      }
      if (path !== '/v1/events') return undefined;
      if (instead.length > 0) return instead.shift();
      const after = Number(query.get('after') ?? '0');
      const items = events.slice(after, after + Number(query.get('limit') ?? '20'));
      return { items, next: items.at(-1)?.id ?? String(after) };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<readonly string[]> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    eventCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', 'events', ...args, '--as', AUTHORITY]);
    return printed.split('\n').filter((line) => line !== '');
  };

  it('prints all that happened, an event a line, and says nothing of how far it was dealt with', async () => {
    expect(await delge()).toEqual(events.map((event) => JSON.stringify(event)));
    expect(acknowledged).toEqual([]);
  });

  it('goes on from an event, and acknowledges what it has printed when asked to', async () => {
    expect(await delge('--after', '440', '--acknowledge')).toHaveLength(10);
    expect(acknowledged).toEqual(events.slice(440).map(({ id }) => id));
  });

  it('follows, and says once that the gateway is away and why', async () => {
    const said: string[] = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    const [away, refused] = [{ status: 502, body: '<html>' }, aProblem('unauthenticated', 401)];
    // Refused with another token too.
    instead = [away, away, refused, refused];
    await expect(delge('--follow')).rejects.toThrow('401');
    expect(said).toEqual([expect.stringContaining('the gateway does not answer (502); trying again')]);
  });
});
