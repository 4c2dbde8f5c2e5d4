import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DelgeClient } from '#client';
import { ALL_SCOPES } from '#contracts';
import type { DeliveryListItem, ReferralListItem } from '#contracts';
import { toldByTelephone } from '#testing';
import { SignJWT, importJWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { gatewayKeys, readKey } from '../tools/sandbox/keys.js';
import { call, raw } from './support/http.js';
import type { Answer, Call } from './support/http.js';
import { bodies, guarded, nameOf } from './support/routes.js';
import type { Route } from './support/routes.js';
import { TestStack, example, permitted } from './support/stack.js';
import { NOBODY, STRANGERS, Things, askAs, askAt, nothing } from './support/things.js';

jest.setTimeout(60_000);

let delge: TestStack;
beforeAll(async () => {
  delge = await TestStack.shared();
});

describe('a token that is not one (I6)', () => {
  const system = 'linkoping/omsorgsnamnden';
  const now = Math.floor(Date.now() / 1000);

  /** Signed by the gateway's own key, so that nothing but the change is wrong with it. */
  const token = async (change: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> => {
    const { gateway: issuer, system: id } = delge.sandbox.system(system);
    const store = gatewayKeys(delge.sandbox.dir, 'kommunerna');
    const claims = { iss: issuer, aud: issuer, sub: id, client_id: id, jti: randomUUID(), iat: now, exp: now + 600 };
    return new SignJWT({ ...claims, ...change })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: store.token.kid ?? '', ...header })
      .sign(await importJWK(store.token, 'ES256'));
  };
  const parts = async (): Promise<[string, string, string]> => (await token()).split('.') as [string, string, string];
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payloadOf = (text: string): object => JSON.parse(Buffer.from(text, 'base64url').toString()) as object;

  const bad: readonly [string, () => Promise<string>][] = [
    ['no token', async () => ''],
    ['an empty one', async () => 'Bearer '],
    ['another scheme', async () => `Basic ${Buffer.from('system:secret').toString('base64')}`],
    ['a text', async () => 'Bearer x'],
    ['a good one and another', async () => `Bearer ${await token()} ${await token()}`],
    [
      'one of another gateway',
      async () => `Bearer ${await delge.sandbox.client('fk/forsakringskassan').accessToken()}`,
    ],
    ['one that has ended', async () => `Bearer ${await token({ iat: now - 700, exp: now - 100 })}`],
    ['one that lasts too long', async () => `Bearer ${await token({ iat: now - 3600, exp: now + 3600 })}`],
    ['one for another audience', async () => `Bearer ${await token({ aud: 'https://elsewhere.example' })}`],
    ['one by another issuer', async () => `Bearer ${await token({ iss: 'https://elsewhere.example' })}`],
    ['one of another type', async () => `Bearer ${await token({}, { typ: 'JWT' })}`],
    ['one of another key id', async () => `Bearer ${await token({}, { kid: 'x' })}`],
    ['one of a system that is not registered', async () => `Bearer ${await token({ sub: randomUUID() })}`],
    ['one without an end', async () => `Bearer ${await token({ exp: undefined })}`],
    ['an unsigned one', async () => `Bearer ${encode({ alg: 'none', typ: 'at+jwt' })}.${(await parts())[1]}.`],
    [
      'one whose subject was changed',
      async () => {
        const [header, payload, signature] = await parts();
        const { system: sub } = delge.sandbox.system('linkoping/socialnamnden');
        return `Bearer ${header}.${encode({ ...payloadOf(payload), sub })}.${signature}`;
      },
    ],
    [
      'one that the system signed itself',
      async () => {
        const [, payload] = await parts();
        const key = await importJWK(readKey(delge.sandbox.system(system).keyFile), 'ES256');
        return `Bearer ${await new SignJWT({ ...payloadOf(payload) }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' }).sign(key)}`;
      },
    ],
    [
      'one signed with what is public as a secret',
      async () => {
        const [, payload] = await parts();
        const secret = new TextEncoder().encode(JSON.stringify(readKey(delge.sandbox.system(system).keyFile).x));
        return `Bearer ${await new SignJWT({ ...payloadOf(payload) }).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(secret)}`;
      },
    ],
  ];
  const asked = ({ method, path }: Route, authorization: string): readonly [string, Call] => [
    `${delge.sandbox.system(system).gateway}${path.replace('{id}', randomUUID())}`,
    {
      method,
      ...(method === 'POST' ? { body: '{}' } : {}),
      headers: { 'content-type': 'application/json', authorization },
    },
  ];
  const ask = (route: Route, authorization: string): Promise<Answer> => call(...asked(route, authorization));
  /** Of an answer that need not end soon. */
  const statusOf = async (route: Route, authorization: string): Promise<number> => {
    const [url, { body: _, ...init }] = asked(route, authorization);
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.status;
  };

  it.each(guarded.map((route): [string, Route] => [nameOf(route), route]))(
    'gets one and the same answer at %s, whatever is wrong with it, and a good one is let in by its scopes alone',
    async (_, route) => {
      const answers: string[] = [];
      const statuses: string[] = [];
      for (const [name, make] of bad) {
        const { status, text, contentType } = await ask(route, await make());
        statuses.push(`${name}: ${status}`);
        answers.push(`${contentType} ${text}`);
      }
      expect(statuses).toEqual(bad.map(([name]) => `${name}: 401`));
      expect(new Set(answers).size).toBe(1);
      expect(route.scopes.length).toBeGreaterThan(0);
      for (const needed of route.scopes) {
        const others = ALL_SCOPES.filter((one) => one !== needed);
        expect(others).toHaveLength(ALL_SCOPES.length - 1);
        const lacking = await ask(route, `Bearer ${await token({ scope: others.join(' ') })}`);
        expect([lacking.status, lacking.slug]).toEqual([403, 'insufficient-scope']);
      }
      const scope = route.scopes.join(' ');
      expect([401, 403]).not.toContain(await statusOf(route, `Bearer ${await token({ scope })}`));
    },
  );

  it('finds no other way to any route either (B21)', async () => {
    const { gateway } = delge.sandbox.system(system);
    const ways: readonly ((path: string) => string)[] = [
      (path) => `/${path}`,
      (path) => path.toUpperCase(),
      (path) => `${path}/`,
      (path) => `${path}/.`,
      (path) => path.replaceAll('/', '//'),
      (path) => path.replace('v', '%76'),
      (path) => `/${path.slice(1).replaceAll('/', '%2f')}`,
      (path) => `/x/..${path}`,
      (path) => `/api-info/%2e%2e${path}`,
      (path) => `${path};a=b`,
      (path) => `${gateway}${path}`,
      (path) => `http://elsewhere.example${path}`,
    ];
    const statusAt = async (method: string, target: string): Promise<string | undefined> => {
      const request = `${method} ${target} HTTP/1.1\r\nHost: ${new URL(gateway).host}\r\nConnection: close\r\n\r\n`;
      return /^HTTP\/1\.1 (?<status>\d{3})/.exec(await raw(gateway, request))?.groups?.['status'];
    };
    const open: string[] = [];
    for (const { method, path } of guarded) {
      const targets = ways.map((way) => way(path.replaceAll(/\{\w+\}/g, () => randomUUID())));
      const statuses = await Promise.all(targets.map((target) => statusAt(method, target)));
      statuses.forEach((status, at) => {
        if (status !== '401' && status !== '404') open.push(`${method} ${targets[at]}: ${status}`);
      });
    }
    expect(open).toEqual([]);
  });
});

describe('what one authority has', () => {
  /** The caller's own under whatever id: there is no other's to be found by it. */
  const OWN = ['PUT /v1/webhooks/{id}', 'PUT /v1/cases/{id}', 'PUT /v1/standing-orders/{id}'];
  const withId = guarded.filter((route) => route.path.includes('{id}') && !OWN.includes(nameOf(route)));
  let things: Things;
  beforeAll(() => {
    things = new Things(delge);
  });
  afterAll(async () => {
    for (const authority of ['uppsala/socialnamnden', ...STRANGERS]) {
      const { webhooks } = delge.sandbox.client(authority);
      for (const { id, url } of await webhooks.list()) if (url.startsWith(NOBODY)) await webhooks.remove(id);
    }
  });

  it('is all that a published route with an id is tried with here', () => {
    expect(withId.map(nameOf).sort()).toEqual(Object.keys(bodies).sort());
  });

  it.each(withId.map((route): [string, Route] => [nameOf(route), route]))(
    'does not exist to another, of its gateway or of any, at %s',
    async (_, route) => {
      const thing = await things.at(route);
      for (const stranger of STRANGERS) {
        const foreign = await askAt(delge, stranger, route, thing);
        expect([stranger, foreign.status, foreign.slug]).toEqual([stranger, 404, 'not-found']);
        expect(foreign.text).toBe((await askAt(delge, stranger, route, nothing(thing))).text);
      }
      // Last, since it may take it away: it is there, and still is what its owner may do this with.
      const { status } = await askAt(delge, thing.owner, route, thing);
      expect([400, 401, 403, 404, 429, 500]).not.toContain(status);
    },
  );

  it.each<[string, string, (authority: string, id: string) => Promise<Answer>]>([
    ['webhooks', '/v1/webhooks/{id}', (as, id) => askAs(delge, as, 'PUT', `/v1/webhooks/${id}`, { url: `${NOBODY}b` })],
    ['cases', '/v1/cases/{id}', (as, id) => askAs(delge, as, 'PUT', `/v1/cases/${id}`, { type: 'permits' })],
    [
      'standing-orders',
      '/v1/standing-orders',
      (as, id) => {
        const order = { subscriber: 'polis/polismyndigheten', scope: 'case', messageTypes: ['correction'] };
        return askAs(delge, as, 'PUT', `/v1/standing-orders/${id}`, { ...order, office: 'enhetschef' });
      },
    ],
    [
      'attachments',
      '/v1/attachments/{id}',
      (as, id) => {
        const file = { id, name: 'b.txt', mediaType: 'text/plain', length: 2, malware: { finding: 'not-scanned' } };
        return askAs(delge, as, 'POST', '/v1/attachments', file);
      },
    ],
    [
      'recorded-requests',
      '/v1/requests/{id}',
      (as, id) =>
        askAs(delge, as, 'POST', '/v1/recorded-requests', {
          ...{ id, from: 'fk/forsakringskassan', function: 'kontroll', person: 'Handläggare 1' },
          ...{ identityCheck: 'call-back', channel: 'meeting', at: '2026-01-01T12:00:00Z' },
          ...{ asksFor: ['paid-financial-assistance'], office: 'enhetschef', officer: 'x' },
        }),
    ],
    [
      'recorded-disclosures',
      '/v1/recorded-disclosures/{id}',
      (as, id) => {
        const told = toldByTelephone(example('20-uppsala').referral, new Date(Date.now() - 60_000));
        return askAs(delge, as, 'POST', '/v1/recorded-disclosures', { ...told, id, caseId: randomUUID() });
      },
    ],
  ])('%s may be made under an id that another has one under, and changes nothing of that', async (kind, read, make) => {
    const { owner, id } = await things.of(kind);
    const shown = async (authority: string): Promise<string> => {
      const { text } = await askAs(delge, authority, 'GET', read.replace('{id}', id));
      // What becomes of a record meanwhile is nobody's doing.
      const { recorded } = JSON.parse(text) as { readonly recorded?: object };
      return kind === 'recorded-disclosures' ? JSON.stringify(recorded ?? text) : text;
    };
    const before = await shown(owner);
    expect(before).toContain(id);
    for (const stranger of STRANGERS) {
      const unused = await make(stranger, randomUUID());
      expect([200, 201, 202]).toContain(unused.status);
      expect((await make(stranger, id)).status).toBe(unused.status);
      expect(await shown(owner)).toBe(before);
      expect(await shown(stranger)).not.toBe(before);
    }
  });

  it('does not stand in another’s lists', async () => {
    const all = async <T>(list: (query: Record<string, string>) => Promise<{ items: readonly T[]; next?: string }>) => {
      const items: T[] = [];
      for (let after: string | undefined; ;) {
        const page = await list({ limit: '200', ...(after === undefined ? {} : { after }) });
        items.push(...page.items);
        after = page.next;
        if (page.items.length === 0) return items;
      }
    };
    const referrals = (client: DelgeClient) => all<ReferralListItem>((query) => client.referrals(query));
    const deliveries = (client: DelgeClient) => all<DeliveryListItem>((query) => client.deliveries(query));
    const client = (authority: string): DelgeClient => delge.sandbox.client(authority);
    const [draft, delivery] = [await things.of('referrals'), await things.of('deliveries')];
    expect((await referrals(client(draft.owner))).map(({ id }) => id)).toContain(draft.id);
    expect((await deliveries(client(delivery.owner))).map(({ id }) => id)).toContain(delivery.id);
    for (const stranger of STRANGERS) {
      expect((await referrals(client(stranger))).map(({ id }) => id)).not.toContain(draft.id);
      expect((await deliveries(client(stranger))).map(({ id }) => id)).not.toContain(delivery.id);
    }
  });

  it('may use the same referral id, each for its own', async () => {
    const { referral } = permitted();
    const other = example('12-orebro').referral;
    const [first, second] = ['linkoping/omsorgsnamnden', 'orebro/socialnamnden'].map((one) =>
      delge.sandbox.client(one),
    );
    const one = await first?.submit(referral);
    const two = await second?.submit({ ...other, id: referral.id });
    expect([one?.state, two?.state]).toEqual(['accepted', 'accepted']);
    expect(one?.recipients[0]?.messageId).not.toBe(two?.recipients[0]?.messageId);
    expect([(await first?.referral(referral.id))?.caseId, (await second?.referral(referral.id))?.caseId]).toEqual([
      referral.caseId,
      other.caseId,
    ]);
  });
});

describe('what shows content', () => {
  it('is in the access log of its authority, with the system that it was shown to, and what was not found is not', async () => {
    const { system, referral } = permitted();
    const sender = delge.sandbox.client(system);
    await sender.submit(referral);
    const [{ messageId, authority } = { messageId: '', authority: '' }] = await delge.settled(system, referral.id, [
      'fetched',
    ]);
    const recipient = delge.sandbox.client(authority);
    const since = { from: new Date(Date.now() - 60_000).toISOString(), limit: '200' };
    const before = (await sender.accessLog({ ...since, referralId: referral.id })).items.length;
    await sender.referral(referral.id);
    await sender.retract(referral.id, { reason: 'sent-twice' });
    await sender.evidence(messageId, { content: true });
    await recipient.delivery(messageId);
    await recipient.evidence(messageId);
    await expect(sender.delivery(messageId)).rejects.toMatchObject({ slug: 'not-found' });
    const ofReferral = (await sender.accessLog({ ...since, referralId: referral.id })).items;
    expect(ofReferral.length - before).toBe(2);
    expect(ofReferral.slice(0, 2).map(({ operation }) => operation)).toEqual(['retract-referral', 'read-referral']);
    const rows = [
      ...(await sender.accessLog({ messageId })).items,
      ...(await recipient.accessLog({ messageId })).items,
    ];
    const [own, other] = [system, authority].map((one) => delge.sandbox.system(one).system);
    expect(rows.map((row) => [row.system, row.operation])).toEqual([
      [own, 'read-document'],
      [other, 'read-evidence'],
      [other, 'read-delivery'],
    ]);
    await recipient.openings(0n, 5n);
    const [newest] = (await recipient.accessLog({ ...since, system: other ?? '' })).items;
    expect(newest).toMatchObject({ operation: 'open-entries', entries: { from: '0', to: '5' } });
  });
});
