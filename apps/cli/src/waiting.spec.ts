import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { waitingCommands } from './waiting.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const ID = '030ea4a0-0f2d-40f9-b1e8-a259c2437b8b';
const FIRST = { how: 'paper', office: 'handlaggare', at: '2026-11-24T08:00:00.000Z' };

/** What the commands ask of a gateway whose exchange is away, and how they say what came of it. */
describe('delge waiting, delge given', () => {
  const folder = mkdtempSync(join(tmpdir(), 'delge-waiting-'));
  const sandbox = join(folder, 'sandbox.json');
  const waiting = Array.from({ length: 450 }, (_, at) => ({ messageId: `${at}` }));
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://gateway');
      const after = Number(url.searchParams.get('after') ?? '0');
      const until = after + Number(url.searchParams.get('limit') ?? '20');
      const answers: Readonly<Record<string, object>> = {
        '/oauth2/token': { access_token: 'x', expires_in: 600 },
        '/v1/waiting': { items: waiting.slice(after, until), next: `${Math.min(until, waiting.length)}` },
        [`/v1/referrals/${ID}/given-another-way`]: {
          recipients: [{ authority: RECIPIENT, messageId: ID, state: 'accepted', givenAnotherWay: FIRST }],
        },
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[url.pathname]));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const keyFile = join(folder, 'key.json');
    writeFileSync(
      keyFile,
      JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })),
    );
    writeFileSync(sandbox, JSON.stringify({ systems: [{ authority: AUTHORITY, system: ID, keyFile, gateway }] }));
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  let printed = '';
  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', sandbox).exitOverride();
    waitingCommands(program);
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', ...args, '--as', AUTHORITY]);
    return printed;
  };
  const given = (how: string, office: string, ...more: readonly string[]): Promise<string> =>
    delge('given', ID, '--to', RECIPIENT, '--how', how, '--office', office, ...more);

  it('lists all that waits, and not the first page alone', async () => {
    const { items } = JSON.parse(await delge('waiting')) as { readonly items: readonly object[] };
    expect(items).toEqual(waiting);
  });

  it('says what stands when it was said before, once more or otherwise, and of the latter that it is not recorded', async () => {
    expect(await given('paper', 'handlaggare')).toContain('"how": "paper"');
    await expect(given('telephone', 'handlaggare')).rejects.toThrow('that stands');
    expect(printed).toContain('paper');
    await expect(given('paper', 'enhetschef')).rejects.toThrow('that stands');
    await expect(given('paper', 'handlaggare', '--at', '2026-11-24T09:00:00.000Z')).rejects.toThrow('that stands');
  });
});
