import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ASSIGNMENT_FIELDS, importPrivate, localSigner, parseLook, signAssignment, typOf } from '#envelope';
import type { Assignment, KeyUse, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { signServiceToken } from '#snapshot';
import type { Audience } from '#snapshot';
import type { JWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { accessKey, decisionKey, gatewayKeys, keyFiles } from '../tools/sandbox/keys.js';
import type { GatewayKeys } from '../tools/sandbox/keys.js';
import { call, json } from './support/http.js';
import type { Answer } from './support/http.js';
import { TestStack, eventually, permitted } from './support/stack.js';

jest.setTimeout(60_000);
type Service = 'ledger' | 'registry';
const ID = '3c1f7c1e-52f0-4b0f-9d07-8a5d3c6e1a20';
const LOOK = { authority: 'fk/forsakringskassan', purpose: 'evidence', messageId: ID };
const REVIEW = { auditor: 'A'.repeat(43), assignment: ID, messageId: ID };
const routes: readonly [Service, string, string][] = [
  ['ledger', 'POST', '/log/v1/disclosure/proofs'],
  ['ledger', 'GET', `/log/v1/disclosure/proof/${ID}`],
  ['ledger', 'POST', '/log/v1/disclosure/dated-proofs'],
  ['ledger', 'POST', '/log/v1/disclosure/looks'],
  ['ledger', 'POST', '/log/v1/disclosure/reviews'],
  ['ledger', 'GET', '/log/v1/disclosure/openings?from=0'],
  ['ledger', 'GET', '/log/v1/disclosure/tile/0/000'],
  ['registry', 'GET', '/v1/cooperation-decisions'],
  ['registry', 'GET', `/v1/cooperation-decisions/${ID}`],
];

let delge: TestStack;
beforeAll(async () => {
  delge = await TestStack.shared();
});
const storeOf = (gateway: string): GatewayKeys => gatewayKeys(delge.sandbox.dir, gateway);
const signerOf = async (key: JWK, use: KeyUse): Promise<Signer> => localSigner(await importPrivate(key, use));
const manifestSigner = (gateway: string): Promise<Signer> => signerOf(storeOf(gateway).manifest, 'manifest');
const serviceToken = async (gateway: string, aud: Audience, iss = `gateway:${gateway}`, now = new Date()) =>
  signServiceToken(await manifestSigner(gateway), { iss, aud, now, jti: randomUUID() });

describe('a service of the operator', () => {
  const bad: readonly [string, (aud: Audience) => Promise<string>][] = [
    ['no token', async () => ''],
    ['a text', async () => 'Bearer x'],
    ['another scheme', async (aud) => `Basic ${await serviceToken('kommunerna', aud)}`],
    [
      'a token for another service',
      async (aud) => `Bearer ${await serviceToken('kommunerna', aud === 'ledger' ? 'registry' : 'ledger')}`,
    ],
    [
      'a token in the name of another gateway',
      async (aud) => `Bearer ${await serviceToken('kommunerna', aud, 'gateway:myndigheterna')}`,
    ],
    [
      'a token in the name of the exchange',
      async (aud) => `Bearer ${await serviceToken('kommunerna', aud, 'exchange')}`,
    ],
    [
      'a token that has ended',
      async (aud) => `Bearer ${await serviceToken('kommunerna', aud, undefined, new Date(Date.now() - 300_000))}`,
    ],
    [
      'a token of the future',
      async (aud) => `Bearer ${await serviceToken('kommunerna', aud, undefined, new Date(Date.now() + 300_000))}`,
    ],
    [
      'a token by a key that is not for it',
      async (aud) => {
        const [document] = Object.values(storeOf('kommunerna').authorities).map((keys) => keys.document);
        if (document === undefined) throw new Error('the gateway hosts nobody');
        const signer = await signerOf(document, 'document');
        const claims = { iss: 'gateway:kommunerna', aud, now: new Date(), jti: randomUUID() };
        return `Bearer ${await signServiceToken(signer, claims)}`;
      },
    ],
    [
      'a token of another type',
      async (aud) => {
        const iat = Math.floor(Date.now() / 1000);
        const claims = { iss: 'gateway:kommunerna', aud, iat, exp: iat + 60, jti: randomUUID() };
        return `Bearer ${await (await manifestSigner('kommunerna')).sign('delge-system+jws', canonicalBytes(claims))}`;
      },
    ],
    [
      'a token that lasts too long',
      async (aud) => {
        const iat = Math.floor(Date.now() / 1000);
        const claims = { iss: 'gateway:kommunerna', aud, iat, exp: iat + 3600, jti: randomUUID() };
        return `Bearer ${await (await manifestSigner('kommunerna')).sign('delge-service+jwt', canonicalBytes(claims))}`;
      },
    ],
    [
      'an unsigned token',
      async (aud) => {
        const [, payload] = (await serviceToken('kommunerna', aud)).split('.');
        return `Bearer ${Buffer.from('{"alg":"none","typ":"delge-service+jwt"}').toString('base64url')}.${payload}.`;
      },
    ],
    ['a system’s token', async () => `Bearer ${await delge.sandbox.client('fk/forsakringskassan').accessToken()}`],
  ];
  const ask = (service: Service, method: string, path: string, authorization: string): Promise<Answer> => {
    const asked = path.endsWith('/looks') ? LOOK : path.endsWith('/reviews') ? REVIEW : { entryIds: [ID] };
    const body = method === 'POST' ? json(asked) : {};
    return call(`${delge.stack.url(service)}${path}`, { ...body, method, headers: { ...body.headers, authorization } });
  };

  it.each(routes)('%s gives one and the same answer at %s %s to whoever shows no good token', async (...route) => {
    const answers: string[] = [];
    const statuses: string[] = [];
    for (const [name, make] of bad) {
      const { status, contentType, text } = await ask(...route, await make(route[0]));
      statuses.push(`${name}: ${status}`);
      answers.push(`${contentType} ${text}`);
    }
    expect(statuses).toEqual(bad.map(([name]) => `${name}: 401`));
    expect(new Set(answers).size).toBe(1);
    const admitted = await ask(...route, `Bearer ${await serviceToken('myndigheterna', route[0])}`);
    expect([200, 404]).toContain(admitted.status);
  });

  it('shows openings to the gateway that hosts one of their parties: to another, and to the exchange, there are none', async () => {
    const { system, recipient, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const messageId = message?.messageId ?? '';
    const look = async (authorization: string, body: object): Promise<Answer> =>
      call(`${delge.stack.url('ledger')}/log/v1/disclosure/looks`, {
        ...json(body),
        method: 'POST',
        headers: { ...json({}).headers, authorization },
      });
    const as = async (gateway: string): Promise<string> => `Bearer ${await serviceToken(gateway, 'ledger')}`;
    const asked = { authority: recipient, purpose: 'evidence', messageId };

    const own = await look(await as('myndigheterna'), asked);
    const { items } = JSON.parse(own.text) as {
      items: readonly { readonly entry: string; readonly entryId: string }[];
    };
    expect(own.status).toBe(200);
    expect(items.map(({ entry }) => typOf(entry))).toContain('delge-decision+jws');
    const looked = async () =>
      (
        await delge.sql<{ entry: Buffer }>('operator', 'SELECT entry FROM ledger.opening ORDER BY index DESC LIMIT 50')
      ).flatMap(({ entry }) =>
        typOf(entry.toString()) === 'delge-look+jws' ? [parseLook(entry.toString()).look] : [],
      );
    const seen = await eventually('the look stands in the log', 30_000, async () =>
      (await looked()).find((one) => one.seen.some(({ entryId }) => entryId === items[0]?.entryId)),
    );
    expect(seen).toMatchObject({ gateway: 'myndigheterna', authority: recipient, purpose: 'evidence' });

    const exchange = await signServiceToken(await signerOf(decisionKey(delge.sandbox.dir), 'decision'), {
      iss: 'exchange',
      aud: 'ledger',
      now: new Date(),
      jti: randomUUID(),
    });
    const refused = [
      await look(await as('kommunerna'), asked),
      await look(`Bearer ${exchange}`, asked),
      await look(await as('myndigheterna'), { ...asked, authority: 'fk/ingen' }),
    ];
    expect(refused.map(({ status, slug }) => [status, slug])).toEqual(refused.map(() => [404, 'not-found']));
    // A party of others' messages sees none of this one.
    const stranger = await look(await as('myndigheterna'), { ...asked, authority: 'pens/pensionsmyndigheten' });
    expect(JSON.parse(stranger.text)).toEqual({ items: [] });
    for (const bad of [
      { ...asked, from: '0', to: '1' },
      { ...asked, messageId: undefined },
      { ...asked, purpose: 'curiosity' },
    ])
      expect((await look(await as('myndigheterna'), bad)).status).toBe(400);
  });

  it('shows an auditor what an assignment covers, through the console alone, once its authority’s administrator has granted it', async () => {
    const { system, recipient, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const messageId = message?.messageId ?? '';
    const as = async (service: 'ledger' | 'console'): Promise<string> => {
      const signer = await signerOf(accessKey(delge.sandbox.dir, service), 'access');
      const claims = { iss: service, aud: 'ledger', now: new Date(), jti: randomUUID() } as const;
      return `Bearer ${await signServiceToken(signer, claims)}`;
    };
    const ledger = `${delge.stack.url('ledger')}/log/v1/disclosure`;
    const assignment = randomUUID();
    const auditor = 'R'.repeat(43);
    const today = Date.now();
    const day = (days: number): string => new Date(today + days * 86_400_000).toISOString().slice(0, 10);
    const state = async (slug: string, said: Partial<Assignment> = {}): Promise<Answer> => {
      const key = JSON.parse(
        readFileSync(keyFiles(delge.sandbox.dir).participant(slug, 'administrator'), 'utf8'),
      ) as JWK;
      const text = await signAssignment(await signerOf(key, 'administrator'), {
        v: 1,
        kind: 'assignment-granted',
        env: 'sandbox',
        assignment,
        authorities: [recipient],
        auditor,
        provision: 'state-audit',
        diaryNumber: 'RIR 2026/77',
        period: { from: day(-1) },
        fields: ASSIGNMENT_FIELDS,
        expires: day(30),
        at: new Date().toISOString(),
        ...said,
      } as Assignment);
      return call(`${ledger}/assignments`, {
        method: 'POST',
        headers: { 'content-type': 'application/jose' },
        body: text,
      });
    };
    const review = async (authorization: string, asked: object = { messageId }): Promise<Answer> =>
      call(`${ledger}/reviews`, {
        ...json({ auditor, assignment, ...asked }),
        method: 'POST',
        headers: { ...json({}).headers, authorization },
      });
    const itemsOf = ({ text }: Answer) =>
      (JSON.parse(text) as { items: readonly { idx: string; entry?: string; annex?: string }[] }).items;

    expect((await review(await as('console'))).status).toBe(404);
    expect((await state(system.split('/')[0] ?? '')).slug).toBe('assignment-refused');
    const slug = recipient.split('/')[0] ?? '';
    expect([(await state(slug)).status, (await state(slug)).status]).toEqual([201, 409]);
    const reviewed = await eventually('the message can be reviewed', 30_000, async () => {
      const answer = await review(await as('console'));
      return answer.status === 200 ? itemsOf(answer) : undefined;
    });
    expect(reviewed.map(({ entry = '' }) => typOf(entry))).toContain('delge-decision+jws');
    const following = await eventually('the look stands in the log', 30_000, async () => {
      const answer = await call(`${ledger}/openings?from=${reviewed[0]?.idx}&limit=500`, {
        headers: { authorization: await as('console') },
      });
      const found = itemsOf(answer).filter(({ entry = '' }) => typOf(entry) === 'delge-look+jws');
      return found.length > 0 ? itemsOf(answer) : undefined;
    });
    const types = following.map(({ entry = '' }) => typOf(entry));
    expect(types.indexOf('delge-assignment-notice+jws')).toBeLessThan(types.lastIndexOf('delge-look+jws'));
    expect(following.map(({ annex = '' }) => typOf(annex))).toContain('delge-assignment+jws');

    // The ledger's own key asks nobody; gateways and others do not learn that there is such a route.
    expect((await review(await as('ledger'))).status).toBe(401);
    const gateway = `Bearer ${await serviceToken('myndigheterna', 'ledger')}`;
    const foreign = [
      await review(gateway),
      await call(`${ledger}/openings?from=0`, { headers: { authorization: gateway } }),
      await review(await as('console'), { messageId, auditor: 'S'.repeat(43) }),
      await review(await as('console'), { messageId: randomUUID() }),
    ];
    expect(foreign.map(({ status, slug: problem }) => [status, problem])).toEqual(
      foreign.map(() => [404, 'not-found']),
    );
    for (const bad of [{}, { messageId, from: '0', to: '1' }, { messageId, auditor: 'Anna Andersson' }])
      expect((await review(await as('console'), bad)).status).toBe(400);
  });

  it('shows a cooperation decision to gateways of its parties alone', async () => {
    const path = `/v1/cooperation-decisions/${ID}`;
    const status = async (gateway: string): Promise<number> =>
      (await ask('registry', 'GET', path, `Bearer ${await serviceToken(gateway, 'registry')}`)).status;
    expect([await status('myndigheterna'), await status('kommunerna')]).toEqual([200, 404]);
    const list = await ask(
      'registry',
      'GET',
      '/v1/cooperation-decisions',
      `Bearer ${await serviceToken('kommunerna', 'registry')}`,
    );
    expect(JSON.parse(list.text)).toEqual({ items: [] });
  });
});

describe('the exchange’s routes for the operator’s people', () => {
  it.each([
    ['GET', '/v1/decisions'],
    ['GET', '/v1/quarantine'],
    ['POST', `/v1/quarantine/${ID}/retry`],
    ['POST', `/v1/quarantine/${ID}/discard`],
  ] as const)('%s %s gives one and the same answer to whoever has not the secret', async (method, path) => {
    const secret = readFileSync(keyFiles(delge.sandbox.dir).operatorToken, 'utf8').trim();
    const body = path.endsWith('retry') ? {} : { reason: 'unreadable' };
    const shown = [
      '',
      'Bearer ',
      'Bearer x',
      secret,
      `Basic ${secret}`,
      `Bearer ${secret.slice(0, -1)}`,
      `Bearer ${secret}x`,
      `Bearer ${await serviceToken('kommunerna', 'exchange')}`,
      `Bearer ${await delge.sandbox.client('polis/polismyndigheten').accessToken()}`,
    ];
    const answers = await Promise.all(
      shown.map((authorization) =>
        call(`${delge.stack.url('exchange')}${path}`, {
          ...(method === 'POST' ? json(body) : { method }),
          headers: { 'content-type': 'application/json', authorization },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(shown.map(() => 401));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const admitted = await delge.operator(method, path, method === 'POST' ? body : undefined);
    expect(admitted.status).toBe(method === 'GET' ? 200 : 404);
  });
});
