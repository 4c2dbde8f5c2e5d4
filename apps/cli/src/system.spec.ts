import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateKey, importPublic, verifyToken } from '#envelope';
import type { PrivateKey } from '#envelope';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemCommand } from './system.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';

describe('delge register-system', () => {
  const brought: { readonly path: string; readonly body: string }[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let folder: string;
  let administrator: PrivateKey;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'delge-system-'));
    administrator = await generateKey('administrator');
    writeFileSync(join(folder, 'administrator.json'), JSON.stringify(administrator.privateJwk));
    gateway = await fakeGateway(AUTHORITY, ({ method, path, body }) => {
      if (method !== 'PUT') return undefined;
      brought.push({ path, body });
      return { system: path.split('/').at(-1) };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => {
    gateway.close();
    rmSync(folder, { recursive: true });
  });

  const delge = async (
    scopes: readonly string[],
    given: readonly string[] = [],
    where = ['--gateway', gateway.url, '--environment', 'sandbox'],
    key = ['--key', join(folder, 'own.json')],
  ): Promise<Readonly<Record<string, unknown>>> => {
    const program = new Command('delge')
      .option('--sandbox <file>', '', gateway.sandbox)
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    systemCommand(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
    let printed = '';
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const by = [...key, ...given, '--administrator-key', join(folder, 'administrator.json')];
    await program.parseAsync([
      ...['node', 'delge', 'register-system', '--as', AUTHORITY],
      ...where,
      ...by,
      ...(scopes.length === 0 ? [] : ['--scope', ...scopes]),
    ]);
    return JSON.parse(printed) as Readonly<Record<string, unknown>>;
  };

  it('brings the administrator’s word on what it may do, with a key that its owner alone reads', async () => {
    const told = await delge(['events:read', 'deliveries:read']);
    expect(told).toMatchObject({
      authority: AUTHORITY,
      gateway: gateway.url,
      scopes: ['events:read', 'deliveries:read'],
    });
    const [{ path, body } = { path: '', body: '' }] = brought;
    expect(path).toBe(`/v1/systems/${String(told['system'])}`);
    const { payload } = await verifyToken(body, 'delge-system+jws', administrator);
    const said = JSON.parse(Buffer.from(payload).toString()) as Readonly<Record<string, unknown>>;
    const made = JSON.parse(readFileSync(join(folder, 'own.json'), 'utf8')) as { readonly kid?: string };
    const own = await importPublic(made as never, 'system');
    // As the client wants it.
    expect(made.kid).toBe(own.kid);
    expect(said).toMatchObject({ v: 1, env: 'sandbox', system: told['system'], scopes: told['scopes'], key: own.jwk });
    expect(body).not.toContain('"d"');
    expect(statSync(join(folder, 'own.json')).mode & 0o777).toBe(0o600);
  });

  it('registers a key that is there, and nothing without scopes that exist', async () => {
    const before = readFileSync(join(folder, 'own.json'), 'utf8');
    const id = randomUUID();
    expect(await delge(['events:read'], ['--id', id])).toMatchObject({ system: id });
    expect(readFileSync(join(folder, 'own.json'), 'utf8')).toBe(before);
    const count = brought.length;
    await expect(delge([], ['--id', id])).rejects.toThrow('--scope');
    await expect(delge(['everything'], ['--id', id])).rejects.toThrow('Allowed choices');
    expect(brought).toHaveLength(count);
  });

  it('brings the administrator’s word that it acts no more, without its key', async () => {
    const id = randomUUID();
    expect(await delge([], ['--id', id, '--end'], undefined, [])).toEqual({
      system: id,
      authority: AUTHORITY,
      gateway: gateway.url,
      ended: true,
    });
    const { path, body } = brought.at(-1)!;
    expect(path).toBe(`/v1/systems/${id}`);
    const { payload } = await verifyToken(body, 'delge-system+jws', administrator);
    const { at: _, ...said } = JSON.parse(Buffer.from(payload).toString()) as { readonly at?: string };
    expect(said).toEqual({ v: 1, env: 'sandbox', system: id, authority: AUTHORITY, ended: true });
    const count = brought.length;
    await expect(delge([], ['--end'], undefined, [])).rejects.toThrow('--id');
    await expect(delge([], ['--id', id, '--end'])).rejects.toThrow('--key');
    await expect(delge(['events:read'], ['--id', id, '--end'], undefined, [])).rejects.toThrow('--scope');
    await expect(delge(['events:read'], [], undefined, [])).rejects.toThrow('--key');
    expect(brought).toHaveLength(count);
  });

  it('is told which system a key is of that is there, and both or none of what is outside a sandbox', async () => {
    const count = brought.length;
    await expect(delge(['events:read'])).rejects.toThrow('--id');
    for (const where of [
      ['--gateway', gateway.url],
      ['--environment', 'sandbox'],
    ])
      await expect(delge(['events:read'], ['--id', randomUUID()], where)).rejects.toThrow('go together');
    expect(brought).toHaveLength(count);
  });

  it('waits for its gateway for a time, and no longer', async () => {
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    await expect(delge(['events:read'], ['--id', randomUUID()])).rejects.toThrow('abort');
  });
});
