import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateKey, parseToken, verifyToken } from '#envelope';
import type { PrivateKey } from '#envelope';
import { aProblem, aWorld, fakeGateway, trustText } from '#testing';
import type { FakeRequest } from '#testing';
import { Command } from 'commander';
import { eventCommands } from './events.js';
import { initCommand } from './init.js';
import { OWN_FILE } from './own.js';
import type { OwnSystem } from './own.js';

const ROOT = join(import.meta.dirname, '../../..');
const AUTHORITY = 'linkoping/omsorgsnamnden';

describe('delge init', () => {
  let administrator: PrivateKey;
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let config: string;
  const registered: FakeRequest[] = [];
  let refused = false;
  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, (request) => {
      if (request.path === '/v1/events') return { items: [] };
      if (!request.path.startsWith('/v1/systems/')) return undefined;
      registered.push(request);
      return refused ? aProblem('unauthenticated', 401) : {};
    });
    const folder = dirname(gateway.sandbox);
    config = join(folder, 'delge.json');
    administrator = await generateKey('administrator');
    const { environment, keys } = await aWorld();
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'trust.json'), trustText(environment, keys));
    writeFileSync(
      join(folder, 'keys/participant-linkoping-administrator.jwk.json'),
      JSON.stringify({ ...administrator.privateJwk, kid: administrator.kid }),
    );
    const { systems } = JSON.parse(readFileSync(gateway.sandbox, 'utf8')) as { readonly systems: object };
    const operator = { registry: '', ledger: '', trustFile: join(folder, 'trust.json') };
    writeFileSync(gateway.sandbox, JSON.stringify({ systems, operator }));
  });
  beforeEach(() => {
    rmSync(config, { force: true });
    registered.length = 0;
    refused = false;
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => gateway.close());

  const delge = async (...args: readonly string[]): Promise<string> => {
    const program = new Command('delge')
      .option('--sandbox <file>', '', gateway.sandbox)
      .option('--config <file>', '', config)
      .exitOverride();
    initCommand(program);
    eventCommands(program);
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync(['node', 'delge', ...args]);
    return printed;
  };
  const own = (): OwnSystem => JSON.parse(readFileSync(config, 'utf8')) as OwnSystem;

  it('registers a new key on the administrator’s word, and writes what a client is made of for its owner alone', async () => {
    const printed = await delge('init', AUTHORITY);
    const { authority, gateway: url, system, key } = own();
    expect([authority, url, statSync(config).mode & 0o777]).toEqual([AUTHORITY, gateway.url, 0o600]);
    const [{ path, body = '', method } = {}] = registered;
    expect([method, path]).toEqual(['PUT', `/v1/systems/${system}`]);
    await verifyToken(body, 'delge-system+jws', administrator);
    const said = JSON.parse(Buffer.from(parseToken(body, 'delge-system+jws').payload).toString()) as object;
    const { kty, crv, x, y } = key;
    expect(said).toMatchObject({ v: 1, system, authority: AUTHORITY, key: { kty, crv, x, y } });
    expect(body).not.toContain(Buffer.from(key.d ?? '').toString('base64url'));
    expect(printed).toContain('my-referral.json');
    expect(printed).not.toContain(key.d);
  });

  it('tells programs what it made, and no key', async () => {
    const printed = JSON.parse(await delge('init', AUTHORITY, '--json')) as object;
    const { system, key } = own();
    expect(printed).toMatchObject({ config, authority: AUTHORITY, gateway: gateway.url, system, kid: key.kid });
    expect(JSON.stringify(printed)).not.toContain(key.d);
  });

  it('writes over nothing, and registers nothing then', async () => {
    writeFileSync(config, 'mine');
    await expect(delge('init', AUTHORITY)).rejects.toThrow('is there already');
    expect([readFileSync(config, 'utf8'), registered]).toEqual(['mine', []]);
  });

  it('leaves no key behind that the gateway did not register', async () => {
    refused = true;
    await expect(delge('init', AUTHORITY)).rejects.toThrow('did not register');
    expect(existsSync(config)).toBe(false);
  });

  it('names the authorities that there are', async () => {
    await expect(delge('init')).rejects.toThrow(AUTHORITY);
    await expect(delge('init', 'no/body')).rejects.toThrow(`no/body; there are: ${AUTHORITY}`);
  });

  it('is how commands ask when no authority is named, unless others may read the key', async () => {
    await expect(delge('events')).rejects.toThrow('there is no ');
    await delge('init', AUTHORITY);
    expect(await delge('events')).toBe('');
    chmodSync(config, 0o640);
    await expect(delge('events')).rejects.toThrow('chmod 600');
    chmodSync(config, 0o600);
    writeFileSync(config, '{"gateway":"x"}');
    await expect(delge('events')).rejects.toThrow('is not what');
  });
});

it('has files with keys written that git leaves alone, wherever a page says where', () => {
  const page = readFileSync(join(ROOT, 'libs/client/README.md'), 'utf8');
  const named = [...page.matchAll(/ --config (\S+)/g)].map(([, file = '']) => file);
  expect(named).not.toEqual([]);
  for (const file of [OWN_FILE, ...named])
    expect(execFileSync('git', ['-C', ROOT, 'check-ignore', '--no-index', file], { encoding: 'utf8' }).trim()).toBe(
      file,
    );
});
