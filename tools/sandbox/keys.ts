import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey } from '#envelope';
import type { KeyUse, PrivateKey } from '#envelope';
import {
  createKeyStore,
  emptyContent,
  gatewayContent,
  makeSecret,
  newestKey,
  readKeyStoreSync,
  withKey,
} from '#keystore';
import type { KeyStoreContent, KeyStorePlace } from '#keystore';
import { verifierKey, witnessKey } from '#tlog/build';
import type { JWK } from 'jose';
import type { SandboxDirectory } from './directory.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** Where each key of a deployment lies that is in no key store, below its instance folder. All files have mode 0600. */
export const keyFiles = (dir: string) => ({
  trust: join(dir, 'trust.json'),
  /** Secret of the operator's people at the exchange. */
  operatorToken: join(dir, 'keys/operator-token'),
  /** By which the console knows auditors. */
  auditorSecret: join(dir, 'keys/auditor-secret'),
  operator: (n: 1 | 2) => join(dir, `keys/operator-${n}.jwk.json`),
  participant: (slug: string, use: 'administrator' | 'jurist') => join(dir, `keys/participant-${slug}-${use}.jwk.json`),
  system: (authority: string) => join(dir, `keys/system-${authority.replace('/', '-')}.jwk.json`),
});

/** Key store of a service and the secret that opens it. @param service `exchange`, `ledger`, `console`, `signer` or `gateway-<id>` */
export const storePlace = (dir: string, service: string): KeyStorePlace => ({
  file: join(dir, `keys/${service}.keystore`),
  secretFile: join(dir, `keys/${service}.secret`),
});

const opened = new Map<string, { readonly at: number; readonly content: KeyStoreContent }>();
/** What a service's key store holds: for a sandbox, where everybody's secret lies at hand. Opened once, and again when it changed. */
export function keysOf(dir: string, service: string): KeyStoreContent {
  const place = storePlace(dir, service);
  const at = statSync(place.file).mtimeMs;
  const known = opened.get(place.file);
  if (known?.at === at) return known.content;
  const content = readKeyStoreSync(place);
  opened.set(place.file, { at, content });
  return content;
}

export const decisionKey = (dir: string): JWK => newestKey(keysOf(dir, 'exchange'), 'exchange', 'decision').jwk;
export const accessKey = (dir: string, service: 'ledger' | 'console'): JWK =>
  newestKey(keysOf(dir, service), service, 'access').jwk;
export const logKey = (dir: string, log: 'disclosure' | 'keys'): JWK =>
  newestKey(keysOf(dir, 'signer'), `log:${log}`, 'log').jwk;

/** A gateway's keys, the newest of each use. */
export interface GatewayKeys {
  readonly manifest: JWK;
  readonly witness: JWK;
  readonly token: JWK;
  readonly authorities: { readonly [authority: string]: { readonly document: JWK; readonly sealing: JWK } };
}
export function gatewayKeys(dir: string, gateway: string): GatewayKeys {
  const content = keysOf(dir, `gateway-${gateway}`);
  const of = (holder: string, use: KeyUse): JWK => newestKey(content, holder, use).jwk;
  const own = `gateway:${gateway}`;
  const hosted = new Set(content.keys.map(({ holder }) => holder).filter((holder) => holder !== own));
  return {
    manifest: of(own, 'manifest'),
    witness: of(own, 'witness'),
    token: of(own, 'token'),
    authorities: Object.fromEntries(
      [...hosted].map((id) => [id, { document: of(id, 'document'), sealing: of(id, 'sealing') }]),
    ),
  };
}

export const readKey = (file: string): JWK => JSON.parse(readFileSync(file, 'utf8')) as JWK;
const write = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
const withKid = ({ privateJwk, kid }: PrivateKey): JWK => ({ ...privateJwk, kid });
const secret = (): string => randomBytes(32).toString('base64');

/**
 * Makes every key of the sandbox, each where its holder would have it, and trust.json. A second run makes what an older sandbox lacks.
 * @returns whether they were made now
 */
export async function makeKeys(dir: string, directory: SandboxDirectory): Promise<boolean> {
  const files = keyFiles(dir);
  mkdirSync(join(dir, 'keys'), { recursive: true, mode: 0o700 });
  const keep = async (file: string, use: Parameters<typeof generateKey>[0]): Promise<JWK> => {
    if (!existsSync(file)) write(file, withKid(await generateKey(use)));
    return readKey(file);
  };
  if (!existsSync(files.auditorSecret)) writeFileSync(files.auditorSecret, secret(), { mode: 0o600 });
  if (existsSync(files.trust)) {
    if (existsSync(storePlace(dir, 'exchange').file)) {
      await keepStore(dir, 'console', () => only('console', 'access'));
      return false;
    }
    throw new Error('this sandbox was made before key stores were encrypted: `npm run clean`, then start again');
  }
  await keepStore(dir, 'exchange', () => only('exchange', 'decision'));
  await keepStore(dir, 'ledger', () => only('ledger', 'access'));
  await keepStore(dir, 'console', () => only('console', 'access'));
  await keepStore(dir, 'signer', async () => {
    const { content } = await withKey(emptyContent, 'log:disclosure', 'log', new Date());
    return (await withKey(content, 'log:keys', 'log', new Date())).content;
  });
  if (!existsSync(files.operatorToken)) writeFileSync(files.operatorToken, secret(), { mode: 0o600 });
  const operators = [await keep(files.operator(1), 'operator'), await keep(files.operator(2), 'operator')];
  for (const { slug } of directory.participants) {
    for (const use of ['administrator', 'jurist'] as const) await keep(files.participant(slug, use), use);
  }
  for (const { id } of directory.authorities) await keep(files.system(id), 'system');
  for (const { id } of directory.gateways) {
    const hosted = directory.authorities.filter(({ gateway }) => gateway === id).map((authority) => authority.id);
    await keepStore(dir, `gateway-${id}`, () => gatewayContent(id, hosted, new Date()));
  }
  const logs = Object.fromEntries((['disclosure', 'keys'] as const).map((log) => [log, logTrust(dir, directory, log)]));
  // Written last: with it, everything is there.
  write(files.trust, { v: 1, environment: directory.environment, logs, operators: operators.map(open) });
  return true;
}

const only = async (holder: string, use: KeyUse): Promise<KeyStoreContent> =>
  (await withKey(emptyContent, holder, use, new Date())).content;

const keepStore = async (dir: string, service: string, make: () => Promise<KeyStoreContent>): Promise<void> => {
  const place = storePlace(dir, service);
  makeSecret(place.secretFile);
  if (!existsSync(place.file)) await createKeyStore(place, await make());
};

const logTrust = (dir: string, directory: SandboxDirectory, log: 'disclosure' | 'keys'): object => {
  const origin = `logg.delge.example/${directory.environment}/${log}`;
  const key = verifierKey(origin, raw(logKey(dir, log)), sha256);
  return { origin, keys: [key], policy: policyOf(dir, directory, key) };
};

/** Key name of a gateway's witness: a URL without scheme, c2sp.org/tlog-cosignature. */
export const witnessName = (environment: string, gateway: string): string =>
  `vittne.delge.example/${environment}/${gateway}`;

/** c2sp.org/tlog-policy. */
const policyOf = (dir: string, { environment, witnesses }: SandboxDirectory, log: string): string => {
  const { quorum, gateways } = witnesses;
  const lines = gateways.map((id) => {
    const { witness } = gatewayKeys(dir, id);
    return `witness ${id} ${witnessKey(witnessName(environment, id), raw(witness), sha256)}`;
  });
  return [`log ${log}`, ...lines, `group gateways ${quorum} ${gateways.join(' ')}`, 'quorum gateways', ''].join('\n');
};

const raw = ({ x }: JWK): Uint8Array => Buffer.from(x ?? '', 'base64url');

/** Public members of a key. */
export const open = ({ kty, crv, x, y }: JWK): { readonly [member: string]: string } =>
  Object.fromEntries(Object.entries({ kty, crv, x, y }).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
