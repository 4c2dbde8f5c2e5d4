import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FileKeys,
  KeyStoreError,
  changeKeyStore,
  createKeyStore,
  gatewayContent,
  liveSigner,
  makeSecret,
  newestLive,
  publicKeysOf,
  readKeyStore,
  readKeyStoreSync,
  withKey,
  withSecret,
  withoutKey,
} from '#keystore';
import { randomSecret } from './sealed-file.js';
import type { KeyStoreContent, KeyStorePlace } from '#keystore';

// A passphrase is stretched on purpose, and machines are busy.
jest.setTimeout(60_000);
const AUTHORITY = 'sodertalje/socialnamnden';
const now = new Date('2026-11-24T08:00:00.000Z');
let dir: string;
let place: KeyStorePlace;
let content: KeyStoreContent;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'delge-keystore-'));
  place = { file: join(dir, 'store'), secretFile: join(dir, 'secret') };
  makeSecret(place.secretFile);
  content = await gatewayContent('kommunerna', [AUTHORITY], now);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const codeOf = async (work: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof KeyStoreError) return error.code;
    throw error;
  }
};
const file = (): Record<string, unknown> => JSON.parse(readFileSync(place.file, 'utf8')) as Record<string, unknown>;
const rewrite = (value: unknown): void => writeFileSync(place.file, JSON.stringify(value), { mode: 0o600 });

describe('a key store', () => {
  it('gives back what was put there, and holds none of it in the clear', async () => {
    await createKeyStore(place, content);
    expect(await readKeyStore(place)).toEqual(content);
    expect(readKeyStoreSync(place)).toEqual(content);
    const text = readFileSync(place.file, 'utf8');
    for (const { jwk, kid, holder } of content.keys) {
      for (const said of [jwk.d ?? '', kid, holder]) expect(text).not.toContain(said);
    }
    for (const { secret } of content.secrets) expect(text).not.toContain(secret);
    expect(statSync(place.file).mode & 0o777).toBe(0o600);
  });

  it('opens with a passphrase, whatever line feed an editor left at its end', async () => {
    writeFileSync(place.secretFile, 'rätt häst batteri häftklammer\n');
    await createKeyStore(place, content);
    writeFileSync(place.secretFile, 'rätt häst batteri häftklammer\r\n');
    expect(await readKeyStore(place)).toEqual(content);
  });

  const PASSPHRASE = 'rätt häst batteri häftklammer';
  const other = (text: unknown): string => {
    const [...signs] = String(text);
    signs[9] = signs[9] === 'A' ? 'B' : 'A';
    return signs.join('');
  };

  it.each(['made', 'chosen'])('has one answer to a wrong secret and to a changed file, its secret %s', async (kind) => {
    if (kind === 'chosen') writeFileSync(place.secretFile, PASSPHRASE);
    await createKeyStore(place, content);
    const whole = file();
    const kdf = whole['kdf'] as Record<string, unknown>;
    expect(kdf['name']).toBe(kind === 'made' ? 'hkdf-sha256' : 'scrypt');
    for (const changed of [
      { ...whole, sealed: other(whole['sealed']) },
      { ...whole, nonce: other(whole['nonce']) },
      { ...whole, kdf: { ...kdf, salt: other(kdf['salt']) } },
      // What the file says cannot make a passphrase cheap to guess.
      { ...whole, kdf: { name: 'hkdf-sha256', salt: other(kdf['salt']) } },
      { ...whole, kdf: { name: 'scrypt', N: 2 ** 17, r: 8, p: 1, salt: other(kdf['salt']) } },
      { ...whole, sealed: '' },
    ]) {
      rewrite(changed);
      expect(await codeOf(() => readKeyStore(place))).toBe('WRONG_SECRET');
    }
    rewrite(whole);
    for (const wrong of [randomSecret(), 'another passphrase']) {
      writeFileSync(place.secretFile, wrong);
      expect(await codeOf(() => readKeyStore(place))).toBe('WRONG_SECRET');
    }
  });

  it('is none with other parameters, members or version, which is told before any memory is taken', async () => {
    writeFileSync(place.secretFile, PASSPHRASE);
    await createKeyStore(place, content);
    const whole = file();
    const kdf = whole['kdf'] as Record<string, unknown>;
    expect(kdf).toMatchObject({ N: 2 ** 17, r: 8, p: 1 });
    for (const changed of [
      ...[1, 2 ** 16, 2 ** 40, 2 ** 17 + 1, -1].map((N) => ({ ...whole, kdf: { ...kdf, N } })),
      { ...whole, kdf: { ...kdf, r: 16 } },
      { ...whole, kdf: { ...kdf, p: 2 } },
      { ...whole, kdf: { ...kdf, name: 'pbkdf2' } },
      { ...whole, kdf: { ...kdf, salt: 'AA' } },
      { ...whole, v: 2 },
      { ...whole, cipher: 'A128GCM' },
      { ...whole, more: 1 },
      { ...whole, nonce: `${String(whole['nonce'])}=` },
      [],
      'x',
    ]) {
      rewrite(changed);
      expect(await codeOf(() => readKeyStore(place))).toBe('NOT_A_KEY_STORE');
    }
  });

  it('is not read while others can read it or its secret, nor under a secret that can be guessed', async () => {
    await createKeyStore(place, content);
    for (const mode of [0o640, 0o604, 0o644, 0o602]) {
      chmodSync(place.file, mode);
      expect(await codeOf(() => readKeyStore(place))).toBe('OPEN_TO_OTHERS');
    }
    chmodSync(place.file, 0o600);
    for (const mode of [0o604, 0o620]) {
      chmodSync(place.secretFile, mode);
      expect(await codeOf(() => readKeyStore(place))).toBe('OPEN_TO_OTHERS');
    }
    chmodSync(place.secretFile, 0o600);
    writeFileSync(place.secretFile, 'fifteen octets.\n');
    expect(await codeOf(() => readKeyStore(place))).toBe('WEAK_SECRET');
    rmSync(place.secretFile);
    expect(await codeOf(() => readKeyStore(place))).toBe('NOT_FOUND');
  });

  it('is never written over, and changes one at a time', async () => {
    await createKeyStore(place, content);
    expect(await codeOf(() => createKeyStore(place, content))).toBe('ALREADY_THERE');
    const nested = await codeOf(() =>
      changeKeyStore(place, async () => {
        const result = await changeKeyStore(place, async (inner) => ({ content: inner, result: 1 }));
        return { content, result };
      }),
    );
    expect(nested).toBe('BUSY');
    expect(existsSync(`${place.file}.new`)).toBe(false);
    expect(await readKeyStore(place)).toEqual(content);
  });

  it('shows of a gateway what enrolment needs, and nothing private', async () => {
    const { content: more, key } = await withKey(content, AUTHORITY, 'sealing', now);
    const shown = await publicKeysOf(more);
    expect(shown.gateway).toBe('kommunerna');
    expect(shown.authorities[AUTHORITY]?.sealing).toEqual({ ...key.jwk, kid: key.kid });
    expect(JSON.stringify(shown)).not.toMatch(/"d"/);
  });
});

describe('keys of a store', () => {
  it('are read again when the file changes, the newest first, and not while it cannot be opened', async () => {
    await createKeyStore(place, content);
    const keys = await FileKeys.open(place);
    const [first] = keys.signers(AUTHORITY, 'document');
    expect(await keys.reload()).toBe(false);
    const { key } = await changeKeyStore(place, async (store) => {
      const added = await withKey(store, AUTHORITY, 'document', now);
      return { content: added.content, result: added };
    });
    expect(keys.holds(key.kid)).toBe(false);
    expect(await keys.reload()).toBe(true);
    expect(keys.signers(AUTHORITY, 'document').map(({ kid }) => kid)).toEqual([key.kid, first?.kid]);
    writeFileSync(place.file, 'x');
    expect(await codeOf(() => keys.reload())).toBe('NOT_A_KEY_STORE');
    expect(keys.holds(key.kid)).toBe(true);
  });

  it('are those that were in the file when it was asked for, also while an earlier reading of it goes on', async () => {
    await createKeyStore(place, content);
    const keys = await FileKeys.open(place);
    const before = readFileSync(place.file);
    const added = await changeKeyStore(place, async (store) => {
      const { content: more, key } = await withKey(store, AUTHORITY, 'document', now);
      return { content: more, result: key };
    });
    const newer = `${place.file}.newer`;
    renameSync(place.file, newer);
    // A reading that has begun, and ends when this says so: a pipe gives what was in the file before.
    execFileSync('mkfifo', ['-m', '600', place.file]);
    const earlier = keys.reload();
    const pipe = await open(place.file, 'w');
    renameSync(newer, place.file);
    const asked = keys.reload();
    await pipe.writeFile(before);
    await pipe.close();
    await earlier;
    expect(await asked).toBe(true);
    expect(keys.holds(added.kid)).toBe(true);
  });

  it('sign with the newest that is live, and with none when none is', async () => {
    const { content: more, key } = await withKey(content, AUTHORITY, 'document', now);
    const keys = await FileKeys.of(more);
    const held = keys.signers(AUTHORITY, 'document');
    const [newest, oldest] = held;
    expect(newest?.kid).toBe(key.kid);
    expect(newestLive(held, () => undefined)).toBe(newest);
    expect(newestLive(held, (kid) => kid === oldest?.kid)).toBe(oldest);
    expect(newestLive(held, () => false)).toBeUndefined();
    let live = oldest?.kid;
    const signer = liveSigner(
      () => held,
      (kid) => kid === live,
    );
    expect(signer.kid).toBe(oldest?.kid);
    live = key.kid;
    expect(signer.kid).toBe(key.kid);
  });

  it('go when they are forgotten, and no others', async () => {
    const [{ kid } = { kid: '' }] = content.keys;
    expect(withoutKey(content, kid).keys.map((key) => key.kid)).toEqual(content.keys.slice(1).map((key) => key.kid));
    expect(await codeOf(async () => withoutKey(content, 'x'))).toBe('UNKNOWN_KEY');
    const second = withSecret(content, AUTHORITY, 'storage', now);
    expect((await FileKeys.of(second)).secrets(AUTHORITY, 'storage').map(({ id }) => id)).toEqual([2, 1]);
  });
});
