import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { quarantineCommands } from './quarantine.js';

// One of them starts the command as a process of its own.
jest.setTimeout(60_000);
const ID = '443f6ab7-0a7d-8fdc-859d-addecb182c30';
const NOT_FOUND = { type: '/problems/not-found', title: 'It does not exist.', status: 404 };

/** What the commands ask of an exchange, and how they say what came of it. */
describe('delge quarantine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'delge-quarantine-'));
  const tokenFile = join(folder, 'token');
  let server: Server;
  let exchange = '';
  let asked: string[] = [];
  let answers: Readonly<Record<string, readonly [number, object]>> = {};
  beforeAll(async () => {
    server = createServer((request, response) => {
      const line = `${request.method} ${request.url}`;
      asked.push(line);
      const [status, body] = answers[line] ?? [404, NOT_FOUND];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    exchange = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    answers = {};
    writeFileSync(tokenFile, 'a-token\n');
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns what the command printed */
  const delge = async (args: readonly string[], at = exchange): Promise<string> => {
    const program = new Command('delge').option('--sandbox <file>', '', join(folder, 'none')).exitOverride();
    quarantineCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', 'quarantine', ...args, '--exchange', at, '--token-file', tokenFile]);
    return printed;
  };

  it.each([
    ['two lines', 'the-new-token\nthe-old-token\n'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n'],
    ['letters that no header takes', 'hemlig\u2026nyckel'],
    ['nothing', '\n'],
  ])('says which file holds no token, and nothing of what it holds: %s', async (_, content) => {
    writeFileSync(tokenFile, content);
    const refused = await delge(['list']).catch((error: unknown) => (error as Error).message);
    expect(refused).toContain(`${tokenFile} holds no token`);
    for (const part of content.split('\n').filter((line) => line !== '')) expect(refused).not.toContain(part);
    expect(asked).toEqual([]);
  });

  it.each(['', '?state=held', '../decisions', `${ID}#`, 'nope'])(
    'puts no id into a path that is none: %j',
    async (id) => {
      await expect(delge(['retry', id])).rejects.toThrow('no id of quarantine');
      await expect(delge(['discard', id, '--reason', 'unreadable'])).rejects.toThrow('no id of quarantine');
      await expect(delge(['show', id])).rejects.toThrow('no id of quarantine');
      expect(asked).toEqual([]);
    },
  );

  it('takes an id as somebody may have copied it, and an address with a line at its end', async () => {
    answers = { [`GET /v1/quarantine/${ID}`]: [200, { id: ID }] };
    expect(await delge(['show', ` ${ID.toUpperCase()} `], `${exchange}/`)).toContain(ID);
  });

  it.each(['retry', 'discard'])(
    'says of a %s of what was settled before that it was, and by which act',
    async (act) => {
      answers = { [`GET /v1/quarantine/${ID}`]: [200, { id: ID, state: 'discarded', history: [] }] };
      const args = act === 'retry' ? [] : ['--reason', 'unreadable', '--yes'];
      await expect(delge([act, ID, ...args])).rejects.toThrow('was discarded already');
    },
  );

  it('discards nothing without a word for it where nobody can be asked', async () => {
    const { isTTY } = process.stdin;
    process.stdin.isTTY = false;
    try {
      await expect(delge(['discard', ID, '--reason', 'unreadable'])).rejects.toThrow('say --yes');
    } finally {
      process.stdin.isTTY = isTTY;
    }
    expect(asked).toEqual([]);
  });

  it('says of what is not there that it is not', async () => {
    await expect(delge(['retry', ID])).rejects.toThrow('404 /problems/not-found');
  });

  it('says what was asked for beside the number, so that none of a mistyped gateway is not none', async () => {
    answers = { 'GET /v1/quarantine?state=held&gateway=komunerna': [200, { items: [] }] };
    expect(await delge(['list', '--gateway', 'komunerna'])).toBe('0 messages (held, gateway komunerna)\n');
  });

  it.each([
    [['--by', 'Kalle \u00c5berg'], '--by is an id'],
    [['--by', ''], '--by is an id'],
  ])('says what %j must look like', async (by, words) => {
    await expect(delge(['retry', ID, ...by])).rejects.toThrow(words);
    expect(asked).toEqual([]);
  });

  it('ends without a word when whoever reads it has read enough', async () => {
    const item = { id: ID, at: '2026-11-24T08:00:00.000Z', reason: 'malformed', reasonText: { sv: 'x', en: 'x' } };
    answers = { 'GET /v1/quarantine?state=held': [200, { items: Array.from({ length: 5000 }, () => item) }] };
    const main = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'dist/apps/cli/src/main.js');
    const reader = spawn(process.execPath, [
      ...[main, 'quarantine', 'list'],
      ...['--exchange', exchange, '--token-file', tokenFile],
    ]);
    let said = '';
    reader.stderr.on('data', (text) => (said += String(text)));
    reader.stdout.once('data', () => reader.stdout.destroy());
    await once(reader, 'close');
    expect(said).toBe('');
  });

  it('says that an address is no URL', async () => {
    await expect(delge(['list'], '127.0.0.1:8080')).rejects.toThrow('--exchange is a URL');
  });
});
