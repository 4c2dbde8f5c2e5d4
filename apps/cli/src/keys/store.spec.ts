import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { KeyStoreError, readKeyStore } from '#keystore';
import type { PublicKeys } from '#keystore';
import { forgetKey } from './forget.js';
import { keysCommands } from './index.js';

// A passphrase is stretched on purpose, and machines are busy.
jest.setTimeout(60_000);
const folder = mkdtempSync(join(tmpdir(), 'delge-store-'));
const at = (name: string): string => join(folder, name);
const place = { file: at('store'), secretFile: at('secret') };
const AUTHORITY = 'sodertalje/socialnamnden';

/** @returns what the command printed */
const delge = async (...args: readonly string[]): Promise<string> => {
  const program = new Command('delge').option('--sandbox <file>', '', at('none')).exitOverride();
  keysCommands(program);
  let printed = '';
  const written = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await program.parseAsync(['node', 'delge', 'keys', ...args]);
  } finally {
    written.mockRestore();
  }
  return printed;
};
const codeOf = async (work: Promise<unknown>): Promise<string | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof KeyStoreError) return error.code;
    throw error;
  }
};
const shown = (): PublicKeys => JSON.parse(readFileSync(`${place.file}.public.json`, 'utf8')) as PublicKeys;

describe('a key store by command', () => {
  beforeAll(async () => {
    await delge('init', 'kommunerna', '--authority', AUTHORITY, '--out', place.file, '--secret', place.secretFile);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is made with all that a gateway needs, shows what enrolment needs, and is never made over', async () => {
    const { keys, secrets } = await readKeyStore(place);
    expect(keys.map(({ holder, use }) => `${holder} ${use}`)).toEqual([
      ...['manifest', 'witness', 'token'].map((use) => `gateway:kommunerna ${use}`),
      ...['document', 'sealing'].map((use) => `${AUTHORITY} ${use}`),
    ]);
    expect(secrets.map(({ use }) => use)).toEqual(['storage', 'pseudonym', 'commitment']);
    expect(shown()).toMatchObject({ gateway: 'kommunerna', authorities: { [AUTHORITY]: {} } });
    const again = delge('init', 'x', '--authority', 'a/b', '--out', place.file, '--secret', place.secretFile);
    expect(await codeOf(again)).toBe('ALREADY_THERE');
  });

  it('gets one more key, which stands beside the others and is shown for enrolment', async () => {
    const printed = await delge('add', place.file, AUTHORITY, 'sealing', '--secret', place.secretFile);
    const { jwk } = JSON.parse(printed) as { readonly jwk: { readonly kid: string } };
    expect(printed).not.toContain('"d"');
    expect(shown().authorities[AUTHORITY]?.sealing).toEqual(jwk);
    const { keys } = await readKeyStore(place);
    expect(keys.filter(({ use }) => use === 'sealing')).toHaveLength(2);
  });

  it('is kept apart under another passphrase, and comes back as it was', async () => {
    writeFileSync(at('kept.secret'), 'en lösenfras i kassaskåpet\n', { mode: 0o600 });
    const [kept, keptSecret, back, backSecret] = [at('kept'), at('kept.secret'), at('back'), at('back.secret')];
    await delge('backup', place.file, '--secret', place.secretFile, '--out', kept, '--out-secret', keptSecret);
    expect(await codeOf(delge('show', kept, '--secret', place.secretFile))).toBe('WRONG_SECRET');
    const printed = await delge('show', kept, '--secret', keptSecret);
    const content = await readKeyStore(place);
    for (const { kid, jwk } of content.keys) {
      expect(printed).toContain(kid);
      expect(printed).not.toContain(jwk.d);
    }
    await delge('restore', kept, '--secret', keptSecret, '--out', back, '--out-secret', backSecret);
    expect(await readKeyStore({ file: back, secretFile: backSecret })).toEqual(content);
  });

  it('forgets a key that has ended, for good, and none that is live', async () => {
    const { kid } = (await readKeyStore(place)).keys.find(({ use }) => use === 'sealing')!;
    expect(await codeOf(forgetKey(place, kid, true))).toBe('KEY_IS_LIVE');
    await forgetKey(place, kid, false);
    const { keys } = await readKeyStore(place);
    expect(keys.map((key) => key.kid)).not.toContain(kid);
    expect(keys.filter(({ use }) => use === 'sealing')).toHaveLength(1);
    expect(await codeOf(forgetKey(place, kid, false))).toBe('UNKNOWN_KEY');
    const token = keys.find(({ use }) => use === 'token')!;
    expect(await codeOf(forgetKey(place, token.kid, false))).toBe('KEY_IS_LIVE');
    await delge('add', place.file, token.holder, 'token', '--secret', place.secretFile);
    await forgetKey(place, token.kid, false);
  });
});
