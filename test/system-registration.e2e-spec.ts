import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DelgeClient } from '#client';
import type { Scope } from '#contracts';
import { generateKey, importPrivate, localSigner } from '#envelope';
import type { KeyUse } from '#envelope';
import { canonicalBytes } from '#json';
import { randomUUID } from 'node:crypto';
import { keyFiles, open, readKey } from '../tools/sandbox/keys.js';
import { bearer, call, json } from './support/http.js';
import type { Answer } from './support/http.js';
import { TestStack, problemOf } from './support/stack.js';

jest.setTimeout(60_000);
const AUTHORITY = 'linkoping/omsorgsnamnden';

let delge: TestStack;
let gateway: string;
beforeAll(async () => {
  delge = await TestStack.shared();
  ({ gateway } = delge.sandbox.system(AUTHORITY));
});

describe('the registration of a system', () => {
  const register = (id: string, body: string): Promise<Answer> =>
    call(`${gateway}/v1/systems/${id}`, { method: 'PUT', headers: { 'content-type': 'application/jose' }, body });
  const statement = async (
    file: string,
    use: KeyUse,
    change: Record<string, unknown> = {},
  ): Promise<{ readonly id: string; readonly body: string }> => {
    const id = randomUUID();
    const { privateJwk } = await generateKey('system');
    const payload = {
      v: 1,
      env: 'sandbox',
      system: id,
      authority: AUTHORITY,
      key: open(privateJwk),
      at: new Date().toISOString(),
      ...change,
    };
    const signer = localSigner(await importPrivate(readKey(file), use));
    return { id: payload.system, body: await signer.sign('delge-system+jws', canonicalBytes(payload)) };
  };
  const files = (): ReturnType<typeof keyFiles> => keyFiles(delge.sandbox.dir);

  it.each<[string, () => ReturnType<typeof statement>]>([
    [
      'by the administrator of another municipality',
      () => statement(files().participant('helsingborg', 'administrator'), 'administrator'),
    ],
    ['by an agency’s administrator', () => statement(files().participant('fk', 'administrator'), 'administrator')],
    ['by the participant’s jurist', () => statement(files().participant('linkoping', 'jurist'), 'jurist')],
    ['by the operator', () => statement(files().operator(1), 'operator')],
    ['by the system itself', () => statement(delge.sandbox.system(AUTHORITY).keyFile, 'system')],
    [
      'for an authority of another gateway',
      () =>
        statement(files().participant('fk', 'administrator'), 'administrator', { authority: 'fk/forsakringskassan' }),
    ],
    [
      'for an authority that does not exist',
      () => statement(files().participant('linkoping', 'administrator'), 'administrator', { authority: 'linkoping/x' }),
    ],
    [
      'for another environment',
      () => statement(files().participant('linkoping', 'administrator'), 'administrator', { env: 'production' }),
    ],
    [
      'with a member too many',
      () => statement(files().participant('linkoping', 'administrator'), 'administrator', { role: 'admin' }),
    ],
  ])('%s is refused, and nobody comes in by it', async (_, make) => {
    const { id, body } = await make();
    const answer = await register(id, body);
    expect([answer.status, answer.slug]).toEqual([401, 'unauthenticated']);
    expect(await delge.sql('kommunerna', 'SELECT 1 FROM gateway.system WHERE id = $1', [id])).toEqual([]);
  });

  it('of a system that another authority has is refused, and that one is let in as before', async () => {
    const { system } = delge.sandbox.system(AUTHORITY);
    const file = files().participant('helsingborg', 'administrator');
    const { body } = await statement(file, 'administrator', { system, authority: 'helsingborg/socialnamnden' });
    const answer = await register(system, body);
    expect([answer.status, answer.slug]).toEqual([422, 'registration-refused']);
    const { keyFile } = delge.sandbox.system(AUTHORITY);
    const client = new DelgeClient({ gateway, system, key: readKey(keyFile) });
    expect(await problemOf(client.referrals({ limit: '1' }))).toBe('none');
  });

  it('under another id than the signed one is refused', async () => {
    const { body } = await statement(files().participant('linkoping', 'administrator'), 'administrator');
    expect((await register(randomUUID(), body)).slug).toBe('registration-refused');
  });

  it('says what it may do: that, by tokens for that, and nothing else', async () => {
    const { kid, privateJwk } = await generateKey('system');
    const key = { ...privateJwk, kid };
    const scopes = ['events:read', 'referrals:read'];
    const administrator = files().participant('linkoping', 'administrator');
    const { id, body } = await statement(administrator, 'administrator', { key: open(key), scopes });
    expect((await register(id, body)).status).toBe(201);
    const client = (asked?: readonly Scope[]): DelgeClient =>
      new DelgeClient({ gateway, system: id, key, ...(asked === undefined ? {} : { scopes: asked }) });
    expect(await problemOf(client().events({ limit: '1' }))).toBe('none');
    expect(await problemOf(client().deliveries())).toBe('insufficient-scope');
    expect(await problemOf(client(['events:read']).referrals({ limit: '1' }))).toBe('insufficient-scope');
    expect(await problemOf(client(['deliveries:read']).deliveries())).toBe('invalid-scope');
    // Lessened, it ends at once, for what was given before too.
    const before = client();
    expect(await problemOf(before.referrals({ limit: '1' }))).toBe('none');
    const at = new Date(Date.now() + 1_000).toISOString();
    const less = await statement(administrator, 'administrator', {
      system: id,
      key: open(key),
      scopes: scopes.slice(0, 1),
      at,
    });
    expect((await register(id, less.body)).status).toBe(201);
    expect(await problemOf(before.referrals({ limit: '1' }))).toBe('insufficient-scope');
    const unknown = await statement(administrator, 'administrator', { scopes: ['everything'] });
    expect((await register(unknown.id, unknown.body)).slug).toBe('registration-refused');
  });

  it('ends on the administrator’s word, with its tokens and webhooks, until it is registered anew', async () => {
    const administrator = files().participant('linkoping', 'administrator');
    const { kid, privateJwk } = await generateKey('system');
    const key = { ...privateJwk, kid };
    const { id, body } = await statement(administrator, 'administrator', { key: open(key) });
    expect((await register(id, body)).status).toBe(201);
    const client = (): DelgeClient => new DelgeClient({ gateway, system: id, key });
    const [token, webhook] = [await client().accessToken(), `${gateway}/v1/webhooks/${randomUUID()}`];
    const put = json({ url: 'http://127.0.0.1:9/' }, token, 'PUT');
    expect((await call(webhook, put)).status).toBe(201);
    const signer = localSigner(await importPrivate(readKey(administrator), 'administrator'));
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const said = { v: 1, env: 'sandbox', system: id, authority: AUTHORITY, ended: true, at: at(1_000) };
    const ended = await signer.sign('delge-system+jws', canonicalBytes(said));
    expect([(await register(id, ended)).status, (await register(id, ended)).status]).toEqual([201, 200]);
    const { items } = await delge.sandbox.client(AUTHORITY).callers({ limit: '200' });
    expect(items.find((one) => one.id === id)).toMatchObject({ kind: 'system', ended: true, kid });
    expect((await call(webhook, put)).slug).toBe('unauthenticated');
    expect(await problemOf(client().accessToken())).toBe('unauthenticated');
    const own = await delge.sandbox.client(AUTHORITY).accessToken();
    expect(JSON.parse((await call(webhook, { headers: bearer(own) })).text)).toMatchObject({ state: 'suspended' });
    await call(webhook, { method: 'DELETE', headers: bearer(own) });
    expect((await register(id, body)).slug).toBe('registration-refused');
    const anew = await statement(administrator, 'administrator', { system: id, key: open(key), at: at(2_000) });
    expect((await register(id, anew.body)).status).toBe(201);
    expect(await problemOf(client().referrals({ limit: '1' }))).toBe('none');
  });

  it('with another key ends at once what was given on the one before, and nothing is set going again by it', async () => {
    const administrator = files().participant('linkoping', 'administrator');
    const keys = await Promise.all([generateKey('system'), generateKey('system')]);
    const [own, next] = keys.map(({ kid, privateJwk }) => ({ ...privateJwk, kid }));
    const { id, body } = await statement(administrator, 'administrator', { key: open(own!) });
    expect((await register(id, body)).status).toBe(201);
    const token = await new DelgeClient({ gateway, system: id, key: own! }).accessToken();
    const webhook = `${gateway}/v1/webhooks/${randomUUID()}`;
    const url = 'http://127.0.0.1:9/';
    const put = (by: string): Promise<Answer> => call(webhook, json({ url }, by, 'PUT'));
    const stateOf = ({ text }: Answer): unknown => (JSON.parse(text) as { readonly state?: unknown }).state;
    expect((await put(token)).status).toBe(201);
    const at = new Date(Date.now() + 1_000).toISOString();
    const replaced = await statement(administrator, 'administrator', { system: id, key: open(next!), at });
    expect((await register(id, replaced.body)).status).toBe(201);
    expect([(await put(token)).slug, (await call(webhook, { headers: bearer(token) })).slug]).toEqual([
      'unauthenticated',
      'unauthenticated',
    ]);
    const newer = await new DelgeClient({ gateway, system: id, key: next! }).accessToken();
    expect(stateOf(await call(webhook, { headers: bearer(newer) }))).toBe('suspended');
    expect(stateOf(await put(newer))).toBe('active');
    await call(webhook, { method: 'DELETE', headers: bearer(newer) });
  });
});
