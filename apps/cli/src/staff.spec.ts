import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateKey, parseToken, verifyToken } from '#envelope';
import type { PrivateKey } from '#envelope';
import { fakeGateway } from '#testing';
import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staffCommand } from './staff.js';

const AUTHORITY = 'linkoping/omsorgsnamnden';
const PERSON = ['--issuer', 'https://idp.example', '--subject', 'a@2120000449', '--officer', 'LKP-1'];

describe('delge register-staff', () => {
  const brought: { readonly path: string; readonly body: string }[] = [];
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let folder: string;
  let administrator: PrivateKey;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'delge-staff-'));
    administrator = await generateKey('administrator');
    writeFileSync(join(folder, 'administrator.json'), JSON.stringify(administrator.privateJwk));
    gateway = await fakeGateway(AUTHORITY, ({ method, path, body }) => {
      if (method !== 'PUT') return undefined;
      brought.push({ path, body });
      return { staff: path.split('/').at(-1) };
    });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => {
    gateway.close();
    rmSync(folder, { recursive: true });
  });

  const delge = async (...given: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox);
    staffCommand(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
    let printed = '';
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await program.parseAsync([
      ...['node', 'delge', 'register-staff', '--as', AUTHORITY, ...PERSON, ...given],
      ...['--gateway', gateway.url, '--environment', 'sandbox'],
      ...['--administrator-key', join(folder, 'administrator.json')],
    ]);
    return JSON.parse(printed) as Readonly<Record<string, unknown>>;
  };
  const OFFICE = ['--office', 'handlaggare', '--mandate', 'delegation'];

  it('brings the administrator’s word on who somebody is and what they may do, and later that they act no more', async () => {
    const { staff } = await delge(...OFFICE, '--scope', 'referrals:read', 'referrals:write');
    await delge(...OFFICE, '--id', String(staff), '--end');
    const said = await Promise.all(
      brought.map(async ({ path, body }) => {
        expect(path).toBe(`/v1/staff/${String(staff)}`);
        await verifyToken(body, 'delge-staff+jws', administrator);
        return JSON.parse(Buffer.from(parseToken(body, 'delge-staff+jws').payload).toString()) as object;
      }),
    );
    const person = { issuer: 'https://idp.example', subject: 'a@2120000449', officer: 'LKP-1', office: 'handlaggare' };
    expect(said).toEqual([
      expect.objectContaining({ ...person, scopes: ['referrals:read', 'referrals:write'], ended: false }),
      expect.objectContaining({ ...person, scopes: [], ended: true }),
    ]);
  });

  it('takes no personal number, and neither sends nor prints it', async () => {
    const before = brought.length;
    const wrong = ['--scope', 'referrals:read'];
    for (const given of [
      ['--subject', '189001019802@2120000449'],
      ['--subject', '19890101-9802'],
      ['--officer', '890101-9802'],
    ]) {
      const refused = delge(...OFFICE, ...wrong, ...given);
      await expect(refused).rejects.toThrow(/personal number/);
      await expect(refused).rejects.not.toThrow(/9802/);
    }
    expect(brought).toHaveLength(before);
  });

  it('asks what they may do, and which entry ends', async () => {
    await expect(delge(...OFFICE)).rejects.toThrow('--scope');
    await expect(delge(...OFFICE, '--end')).rejects.toThrow('--id');
    await expect(delge('--office', 'x', '--mandate', 'delegation', '--scope', 'checks:run')).rejects.toThrow();
  });
});
