import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT, importJWK } from 'jose';
import { ALL_SCOPES, CLIENT_ASSERTION_TYPE } from '#contracts';
import { generateKey, importPrivate, localSigner, signErasureDecision, signHold } from '#envelope';
import type { Hold, KeyUse, PrivateKey, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { signEntry, signServiceToken, verifyServiceToken } from '#snapshot';
import type { Statement, StatementBody } from '#snapshot';
import { EraseMessage } from '../../apps/gateway/src/application/erase-message.js';
import { IssueToken } from '../../apps/gateway/src/application/issue-token.js';
import type { Ground } from '../../apps/gateway/src/application/law.js';
import type { RegisteredSystem, SystemStore } from '../../apps/gateway/src/application/ports/system.js';
import { RegisterSystem } from '../../apps/gateway/src/application/register-system.js';
import { AccessTokens } from '../../apps/gateway/src/keys/access-tokens.js';
import type { KeyStore } from '../../apps/gateway/src/keys/key-store.js';
import { TakeKeeping } from '../../apps/ledger/src/application/take-keeping.js';
import type { KeepingStore } from '../../apps/ledger/src/persistence/keeping.store.js';
import { keyFiles, readKey } from '../../tools/sandbox/keys.js';
import { benchWorld, type BenchWorld } from '../verify/world.js';

/** What can be wrong with who signed. */
export const FAULTS = ['unknown key', 'wrong key', 'wrong signature', 'revoked key'] as const;
export type Fault = (typeof FAULTS)[number];

/** A place where somebody who has proved nothing yet gets an answer. */
export interface Door {
  readonly name: string;
  /** Made before anything is measured. */
  readonly token: (fault: Fault) => Promise<string>;
  /** The product's own use case. @throws always */
  readonly ask: (token: string) => Promise<unknown>;
}

const AUTHORITY = 'linkoping/socialnamnden';
const ISSUER = 'https://gateway.example';

/** The sandbox's keys log in which an administrator's and a gateway's key are revoked, and the doors of the services on it. */
export async function doorsOf(root: string, dir: string): Promise<readonly Door[]> {
  const world = await benchWorld(root, dir);
  const parties = new Parties(world, dir);
  const administrator = await parties.of('linkoping', 'administrator');
  const revoked = await parties.of('sodertalje', 'administrator');
  const [gateway, lost] = world.directory.gateways.map(({ id }) => ({ id, signer: world.manifestSigner(id) }));
  if (gateway === undefined || lost === undefined) throw new Error('the directory has too few gateways');
  await parties.revoke(lost.signer.kid, world.keys.at(world.keys.size).gateway(lost.id)?.operatedBy ?? '');
  await parties.revoke(revoked.kid, 'sodertalje');
  return [
    await tokenEndpoint(),
    registration(world, administrator, revoked, await parties.of('linkoping', 'jurist')),
    serviceToken(world, gateway, lost.signer, administrator),
    statements(world, administrator, revoked, parties),
    keeping(world, administrator, revoked, await parties.of('linkoping', 'jurist')),
    erasure(world, administrator, revoked, await parties.of('linkoping', 'jurist')),
  ];
}

class Parties {
  constructor(
    private readonly world: BenchWorld,
    private readonly dir: string,
  ) {}
  async of(slug: string, use: 'administrator' | 'jurist'): Promise<PrivateKey> {
    return importPrivate(readKey(keyFiles(this.dir).participant(slug, use)), use);
  }
  async operators(): Promise<readonly [Signer, Signer]> {
    const files = keyFiles(this.dir);
    const of = async (n: 1 | 2) => localSigner(await importPrivate(readKey(files.operator(n)), 'operator'));
    return [await of(1), await of(2)];
  }
  statement(body: StatementBody): Statement {
    const { environment: env } = this.world.directory;
    return { ...body, env, id: randomUUID(), issuedAt: '2026-11-02T08:00:00.000Z' };
  }
  /** @param owner the participant whose key it is, or whose gateway's */
  async revoke(kid: string, owner: string): Promise<void> {
    const administrator = localSigner(await this.of(owner, 'administrator'));
    const body = this.statement({ kind: 'key-revoked', kid, reason: 'compromised' });
    await this.world.keys.append(await signEntry(body, administrator, await this.operators()));
  }
}

/** Signs under this key's name with another key: a signature that anyone can make. */
const posing = async (as: { readonly kid: string }, use: KeyUse): Promise<Signer> =>
  localSigner({ ...(await generateKey(use)), kid: as.kid });
const stranger = async (use: KeyUse): Promise<Signer> => localSigner(await generateKey(use));

/** @param wrong a live key of somebody else, who signs under its own name */
const signerFor = async (
  fault: Fault,
  use: KeyUse,
  keys: { readonly own: { readonly kid: string }; readonly wrong: Signer; readonly revoked: Signer },
): Promise<Signer> => {
  switch (fault) {
    case 'unknown key':
      return stranger(use);
    case 'wrong key':
      return keys.wrong;
    case 'wrong signature':
      return posing(keys.own, use);
    case 'revoked key':
      return keys.revoked;
  }
};

async function tokenEndpoint(): Promise<Door> {
  const [own, other, replaced] = await Promise.all([0, 1, 2].map(() => generateKey('system')));
  if (own === undefined || other === undefined || replaced === undefined) throw new Error('no keys');
  const [id, another] = [randomUUID(), randomUUID()];
  const systems = new Map<string, RegisteredSystem>();
  for (const [system, { kid, jwk }] of [
    [id, own],
    [another, other],
  ] as const)
    systems.set(system, {
      id: system,
      authority: AUTHORITY,
      kid,
      jwk,
      statement: '',
      statedAt: new Date(),
      scopes: ALL_SCOPES,
    });
  const store: SystemStore = {
    // As from a database: made anew each time.
    find: (asked) => Promise.resolve(structuredClone(systems.get(asked))),
    put: () => Promise.resolve('stored'),
    end: () => Promise.resolve('stored'),
    useOnce: () => Promise.resolve(true),
  };
  const tokens = new AccessTokens(() => ({ signers: [], keys: [] }), ISSUER);
  const issue = await IssueToken.create(store, tokens, [ISSUER], randomUUID, () => new Date());
  const assertion = async (key: PrivateKey, name = key.kid): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: id, sub: id, aud: ISSUER, iat, exp: iat + 300, jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: name })
      .sign(await importJWK({ ...key.privateJwk }, 'ES256'));
  };
  const by: Readonly<Record<Fault, () => Promise<string>>> = {
    'unknown key': async () => assertion(await generateKey('system')),
    'wrong key': () => assertion(other),
    'wrong signature': async () => assertion(await generateKey('system'), own.kid),
    // A newer registration took its place.
    'revoked key': () => assertion(replaced),
  };
  return {
    name: 'gateway: access token (private_key_jwt)',
    token: (fault) => by[fault](),
    ask: (client_assertion) =>
      issue.execute({
        grant_type: 'client_credentials',
        client_assertion_type: CLIENT_ASSERTION_TYPE,
        client_assertion,
      }),
  };
}

function registration(world: BenchWorld, own: PrivateKey, revoked: PrivateKey, wrong: PrivateKey): Door {
  const { environment: env } = world.directory;
  const snapshot = world.keys.at(world.keys.size);
  const law = { current: () => ({ snapshot }) as Ground };
  const gateway = snapshot.authority(AUTHORITY)?.gateway ?? '';
  const store = {} as SystemStore;
  const register = new RegisterSystem(store, law, { gateway, hosts: () => true }, env, () => new Date());
  const id = randomUUID();
  return {
    name: "gateway: registration of a system's key",
    token: async (fault) => {
      const { jwk } = await generateKey('system');
      const keys = { own, wrong: localSigner(wrong), revoked: localSigner(revoked) };
      const signer = await signerFor(fault, 'administrator', keys);
      const statement = { v: 1, env, system: id, authority: AUTHORITY, key: jwk, at: new Date().toISOString() };
      return signer.sign('delge-system+jws', canonicalBytes(statement));
    },
    ask: (text) => register.execute(id, text),
  };
}

function serviceToken(
  world: BenchWorld,
  gateway: { readonly id: string; readonly signer: Signer },
  revoked: Signer,
  administrator: PrivateKey,
): Door {
  const snapshot = world.keys.at(world.keys.size);
  const now = new Date();
  return {
    name: 'ledger, registry, exchange: service token',
    token: async (fault) => {
      const keys = { own: gateway.signer, wrong: localSigner(administrator), revoked };
      const signer = await signerFor(fault, 'manifest', keys);
      return signServiceToken(signer, { iss: `gateway:${gateway.id}`, aud: 'ledger', now, jti: randomUUID() });
    },
    ask: (text) => verifyServiceToken(text, { aud: 'ledger', now, snapshot }),
  };
}

function statements(world: BenchWorld, own: PrivateKey, revoked: PrivateKey, parties: Parties): Door {
  return {
    name: 'registry: a statement',
    token: async (fault) => {
      const [first, second] = await parties.operators();
      // A live key of another holder has its signature, and is told that the statement is not its to make.
      const keys = { own, wrong: await posing({ kid: first.kid }, 'operator'), revoked: localSigner(revoked) };
      const signer = await signerFor(fault, 'administrator', keys);
      const body = {
        kind: 'cooperation-decided',
        cooperation: randomUUID(),
        commitment: randomBytes(32).toString('base64url'),
      };
      const statement = parties.statement(body as unknown as StatementBody);
      return Buffer.from(await signEntry(statement, signer, [first, second])).toString('latin1');
    },
    ask: (text) => world.keys.append(Buffer.from(text, 'latin1')),
  };
}

function keeping(world: BenchWorld, own: PrivateKey, revoked: PrivateKey, wrong: PrivateKey): Door {
  const { environment: env } = world.directory;
  const snapshot = world.keys.at(world.keys.size);
  const live = () => Promise.resolve({ signer: world.exchange, snapshot });
  const fresh = { id: randomUUID, blind: () => randomBytes(32) };
  const parties = { upToNow: () => Promise.resolve() };
  const take = new TakeKeeping(
    {} as KeepingStore,
    parties,
    { live },
    env,
    fresh,
    () => new Date(),
    () => undefined,
  );
  return {
    name: 'ledger: a decision to erase, a hold',
    token: async (fault) => {
      const keys = { own, wrong: localSigner(wrong), revoked: localSigner(revoked) };
      const signer = await signerFor(fault, 'administrator', keys);
      const hold: Hold = {
        v: 1,
        env,
        holdId: randomUUID(),
        authority: AUTHORITY,
        at: new Date().toISOString(),
        kind: 'laid',
        ground: 'court',
        caseId: randomUUID(),
      };
      return signHold(signer, hold);
    },
    ask: (text) => take.execute(text),
  };
}

function erasure(world: BenchWorld, own: PrivateKey, revoked: PrivateKey, wrong: PrivateKey): Door {
  const { environment: env } = world.directory;
  const snapshot = world.keys.at(world.keys.size);
  const nothing = {} as never;
  const keys = { hosts: () => true } as unknown as KeyStore;
  const erase = new EraseMessage(
    nothing,
    nothing,
    nothing,
    nothing,
    () => snapshot,
    keys,
    env,
    () => new Date(),
    () => undefined,
  );
  return {
    name: 'gateway: a decision to erase',
    token: async (fault) => {
      const signers = { own, wrong: localSigner(wrong), revoked: localSigner(revoked) };
      const signer = await signerFor(fault, 'administrator', signers);
      const [decisionId, messageId, caseId] = [randomUUID(), randomUUID(), randomUUID()];
      const opening = { index: '0', entryId: randomUUID(), sender: AUTHORITY };
      const at = new Date().toISOString();
      return signErasureDecision(signer, {
        v: 1,
        env,
        decisionId,
        authority: AUTHORITY,
        messageId,
        caseId,
        openings: [opening],
        at,
      });
    },
    ask: (text) => erase.execute(text),
  };
}
