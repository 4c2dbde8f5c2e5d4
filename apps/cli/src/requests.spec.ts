import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestCommands } from './requests.js';

const AUTHORITY = 'linkoping/socialnamnden';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';

describe('delge requests', () => {
  const all = Array.from({ length: 250 }, (_, at) => ({ id: `${at}` }));
  const asked: { readonly path: string; readonly query: string }[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'delge-requests-'));
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query }) => {
      if (path.startsWith('/v1/')) asked.push({ path, query: query.toString() });
      if (path !== '/v1/requests') return { path };
      const after = Number(query.get('after') ?? '0');
      const until = Math.min(after + Number(query.get('limit') ?? '20'), all.length);
      return { items: all.slice(after, until), next: `${until}` };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => {
    rmSync(folder, { recursive: true });
    gateway.close();
  });

  const delge = async (...args: readonly string[]): Promise<unknown> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    requestCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    asked.length = 0;
    await program.parseAsync(['node', 'delge', ...args, '--as', AUTHORITY]);
    return JSON.parse(printed) as unknown;
  };

  it('lists all of them, those of one direction or those that are open', async () => {
    expect(await delge('requests')).toEqual({ items: all });
    expect(asked[0]?.query).toContain('direction=received');
    await delge('requests', '--direction', 'sent', '--open');
    expect(asked[0]?.query).toMatch(/direction=sent&open=true/);
  });

  it('asks for what each command says', async () => {
    const file = join(folder, 'request.json');
    writeFileSync(file, '{}');
    const refusal = ['--reason', 'not-disclosed', '--office', 'enhetschef', '--officer', 'x'];
    expect(await delge('requests', ID)).toEqual({ path: `/v1/requests/${ID}` });
    expect(await delge('refuse', ID, ...refusal)).toEqual({ path: `/v1/requests/${ID}/refusal` });
    expect(await delge('record-request', file)).toEqual({ path: '/v1/recorded-requests' });
  });
});
