import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE } from '#contracts';
import { TYPES, generateKey, importPrivate, localSigner, signAssignment, signHold } from '#envelope';
import type { KeyUse, PrivateKey, Signer, Typ } from '#envelope';
import { canonicalBytes } from '#json';
import { countersign, entryOf, signServiceToken } from '#snapshot';
import { SignJWT, importJWK } from 'jose';
import { randomBytes, randomUUID } from 'node:crypto';
import { keyFiles, open, readKey } from '../tools/sandbox/keys.js';
import { bearer, call } from './support/http.js';
import type { Answer } from './support/http.js';
import { Parties } from './support/parties.js';
import { TestStack } from './support/stack.js';

/** Where services answer at once whoever brings a token: no type passes for another there (pitfall 4), and nobody is told what was wrong with who signed. */
jest.setTimeout(120_000);
const AUTHORITY = 'linkoping/omsorgsnamnden';

let delge: TestStack;
let parties: Parties;
let gateway: string;
let urls: Readonly<Record<'ledger' | 'registry' | 'exchange', string>>;
beforeAll(async () => {
  delge = await TestStack.shared();
  parties = new Parties(delge);
  ({ gateway } = delge.sandbox.system(AUTHORITY));
  const { stack } = delge;
  urls = { ledger: stack.url('ledger'), registry: stack.url('registry'), exchange: stack.url('exchange') };
});

const post = (url: string, type: string, body: string, method = 'POST'): Promise<Answer> =>
  call(url, { method, headers: { 'content-type': type }, body });
const asking = (assertion: string): string =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: assertion,
  }).toString();
const ID = randomUUID();

interface Door {
  readonly takes?: Typ;
  readonly bring: (token: string) => Promise<Answer>;
  /** Status, problem, and where the problem has one its code, for a token of another type. */
  readonly refuses: readonly [number, string, string?];
}
const doors: Readonly<Record<string, Door>> = {
  'gateway: access token': {
    bring: (token) => post(`${gateway}/oauth2/token`, 'application/x-www-form-urlencoded', asking(token)),
    refuses: [401, 'unauthenticated'],
  },
  'gateway: registration': {
    takes: 'delge-system+jws',
    bring: (token) => post(`${gateway}/v1/systems/${ID}`, 'application/jose', token, 'PUT'),
    refuses: [401, 'unauthenticated'],
  },
  'gateway: registration of staff': {
    takes: 'delge-staff+jws',
    bring: (token) => post(`${gateway}/v1/staff/${ID}`, 'application/jose', token, 'PUT'),
    refuses: [401, 'unauthenticated'],
  },
  'gateway: a route for systems': {
    takes: 'at+jwt',
    bring: (token) => call(`${gateway}/v1/referrals`, { headers: bearer(token) }),
    refuses: [401, 'unauthenticated'],
  },
  'ledger: a route for services': {
    takes: 'delge-service+jwt',
    bring: (token) => call(`${urls.ledger}/log/v1/disclosure/size`, { headers: bearer(token) }),
    refuses: [401, 'unauthenticated'],
  },
  'registry: a route for services': {
    takes: 'delge-service+jwt',
    bring: (token) => call(`${urls.registry}/v1/cooperation-decisions`, { headers: bearer(token) }),
    refuses: [401, 'unauthenticated'],
  },
  'exchange: a route for the operator': {
    bring: (token) => call(`${urls.exchange}/v1/decisions?after=0&limit=1`, { headers: bearer(token) }),
    refuses: [401, 'unauthenticated'],
  },
  'registry: a statement': {
    takes: 'delge-statement+jws',
    bring: (token) => post(`${urls.registry}/v1/statements`, 'text/plain', token),
    refuses: [422, 'statement-refused', 'MALFORMED_ENTRY'],
  },
  'ledger: keeping and erasing': {
    bring: (token) => post(`${urls.ledger}/log/v1/disclosure/keeping`, 'application/jose', token),
    refuses: [422, 'keeping-refused', 'malformed'],
  },
  'ledger: an assignment': {
    bring: (token) => post(`${urls.ledger}/log/v1/disclosure/assignments`, 'application/jose', token),
    refuses: [422, 'assignment-refused', 'malformed'],
  },
};
const codeOf = ({ text }: Answer): string | undefined => (JSON.parse(text) as { readonly code?: string }).code;

describe('a token of any type, by a live key', () => {
  it.each(Object.keys(doors))('opens no other door than its own: %s', async (name) => {
    const { takes, bring, refuses } = doors[name]!;
    const signer = await parties.gateway('kommunerna');
    for (const typ of TYPES) {
      if (typ === takes) continue;
      // What a service token or an access token says, so that nothing but the type is wrong.
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: 'gateway:kommunerna', aud: 'ledger', iat: now, exp: now + 60, jti: randomUUID() };
      const token = await signer.sign(
        typ,
        canonicalBytes(claims),
        typ === 'delge-document+jws' ? { ctx: {} } : undefined,
      );
      const answer = await bring(name === 'registry: a statement' ? `${token}\n` : token);
      const [status, slug, code] = refuses;
      expect([typ, answer.status, answer.slug, codeOf(answer)]).toEqual([typ, status, slug, code]);
    }
  });
});

describe('whoever cannot prove who signed', () => {
  const files = (): ReturnType<typeof keyFiles> => keyFiles(delge.sandbox.dir);
  const administrator = async (): Promise<PrivateKey> =>
    importPrivate(readKey(files().participant('linkoping', 'administrator')), 'administrator');
  const stranger = async (use: KeyUse, as?: { readonly kid: string }): Promise<Signer> => {
    const key = await generateKey(use);
    return localSigner(as === undefined ? key : { ...key, kid: as.kid });
  };
  const told = async (door: string, tokens: readonly string[]): Promise<readonly string[]> => {
    const answers = await Promise.all(tokens.map((token) => doors[door]!.bring(token)));
    return answers.map(({ status, contentType, text }) => `${status} ${contentType} ${text}`);
  };
  const expectOne = (answers: readonly string[]): void => {
    expect(answers.length).toBeGreaterThan(2);
    expect([...new Set(answers)]).toHaveLength(1);
    expect(answers[0]).toMatch(/^4/);
  };

  it('at the token endpoint is told the same, also of a key that another has replaced', async () => {
    const id = randomUUID();
    const [old, fresh, other] = await Promise.all([
      generateKey('system'),
      generateKey('system'),
      generateKey('system'),
    ]);
    for (const [n, key] of [old, fresh].entries()) {
      const at = new Date(Date.now() - 10_000 + n * 1_000).toISOString();
      const statement = { v: 1, env: 'sandbox', system: id, authority: AUTHORITY, key: open(key.privateJwk), at };
      const text = await localSigner(await administrator()).sign('delge-system+jws', canonicalBytes(statement));
      const answer = await post(`${gateway}/v1/systems/${id}`, 'application/jose', text, 'PUT');
      expect(answer.status).toBe(201);
    }
    const assertion = async (key: PrivateKey, kid = key.kid, system = id): Promise<string> => {
      const iat = Math.floor(Date.now() / 1000);
      const claims = {
        iss: system,
        sub: system,
        aud: `${gateway}/oauth2/token`,
        jti: randomUUID(),
        iat,
        exp: iat + 120,
      };
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
        .sign(await importJWK({ ...key.privateJwk }, 'ES256'));
    };
    const good = await doors['gateway: access token']!.bring(await assertion(fresh));
    expect(good.status).toBe(200);
    expectOne(
      await told('gateway: access token', [
        await assertion(other),
        await assertion(other, fresh.kid),
        await assertion(old),
        await assertion(old, fresh.kid),
        await assertion(fresh, fresh.kid, randomUUID()),
      ]),
    );
  });

  it('of a registration is told the same', async () => {
    const statement = async (signer: Signer): Promise<string> => {
      const key = open((await generateKey('system')).privateJwk);
      const said = { v: 1, env: 'sandbox', system: ID, authority: AUTHORITY, key, at: new Date().toISOString() };
      return signer.sign('delge-system+jws', canonicalBytes(said));
    };
    const jurist = await importPrivate(readKey(files().participant('linkoping', 'jurist')), 'jurist');
    const signers = [
      await stranger('administrator'),
      await stranger('administrator', await administrator()),
      localSigner(jurist),
    ];
    expectOne(await told('gateway: registration', await Promise.all(signers.map(statement))));
  });

  it.each(['ledger', 'registry'] as const)('of a service token is told the same at the %s', async (aud) => {
    const own = await parties.gateway('kommunerna');
    const token = (signer: Signer): Promise<string> =>
      signServiceToken(signer, { iss: 'gateway:kommunerna', aud, now: new Date(), jti: randomUUID() });
    const signers = [await stranger('manifest'), await stranger('manifest', own), localSigner(await administrator())];
    expectOne(await told(`${aud}: a route for services`, await Promise.all(signers.map(token))));
    expect((await doors[`${aud}: a route for services`]!.bring(await token(own))).status).not.toBe(401);
  });

  it('of a statement is told the same', async () => {
    const operators = await Promise.all(
      ([1, 2] as const).map(async (n) => localSigner(await importPrivate(readKey(files().operator(n)), 'operator'))),
    );
    const entry = async (signer: Signer): Promise<string> => {
      const said = {
        v: 1,
        ...{ env: 'sandbox', id: randomUUID(), issuedAt: new Date().toISOString() },
        ...{
          kind: 'cooperation-decided',
          cooperation: randomUUID(),
          commitment: randomBytes(32).toString('base64url'),
        },
      };
      const first = await signer.sign('delge-statement+jws', canonicalBytes(said));
      const lines = [first, ...(await Promise.all(operators.map((operator) => countersign(first, operator))))];
      return Buffer.from(entryOf(lines)).toString('latin1');
    };
    const signers = [
      await stranger('administrator'),
      await stranger('administrator', await administrator()),
      await stranger('operator', operators[0]),
    ];
    const answers = await told('registry: a statement', await Promise.all(signers.map(entry)));
    expectOne(answers);
    expect(answers[0]).toContain('"code":"BAD_SIGNATURE"');
  });

  it('of a hold is told the same', async () => {
    const hold = (signer: Signer): Promise<string> =>
      signHold(signer, {
        v: 1,
        ...{ env: 'sandbox', kind: 'laid', ground: 'court' },
        ...{ holdId: randomUUID(), caseId: randomUUID(), authority: AUTHORITY, at: new Date().toISOString() },
      } as never);
    const jurist = await importPrivate(readKey(files().participant('linkoping', 'jurist')), 'jurist');
    const signers = [
      await stranger('administrator'),
      await stranger('administrator', await administrator()),
      localSigner(jurist),
    ];
    const answers = await told('ledger: keeping and erasing', await Promise.all(signers.map(hold)));
    expectOne(answers);
    expect(answers[0]).toContain('"code":"signature"');
  });

  it('of an assignment is told the same, also of one that nobody granted', async () => {
    const at = new Date().toISOString();
    const common = { v: 1, env: 'sandbox', assignment: randomUUID(), at } as const;
    const grant = (signer: Signer): Promise<string> =>
      signAssignment(signer, {
        ...common,
        ...{ kind: 'assignment-granted', authorities: [AUTHORITY], auditor: 'A'.repeat(43) },
        ...{ provision: 'jo', diaryNumber: 'JO 1-2026', period: { from: '2026-01-01' } },
        ...{ fields: ['parties'], expires: new Date(Date.now() + 86_400_000 * 30).toISOString().slice(0, 10) },
      });
    const jurist = await importPrivate(readKey(files().participant('linkoping', 'jurist')), 'jurist');
    const own = localSigner(await administrator());
    const tokens = [
      await grant(await stranger('administrator')),
      await grant(await stranger('administrator', await administrator())),
      await grant(localSigner(jurist)),
      await signAssignment(own, { ...common, kind: 'assignment-ended' }),
    ];
    const answers = await told('ledger: an assignment', tokens);
    expectOne(answers);
    expect(answers[0]).toContain('"code":"signature"');
  });
});
