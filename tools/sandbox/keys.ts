import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey } from '#envelope';
import type { PrivateKey } from '#envelope';
import { verifierKey, witnessKey } from '#tlog/build';
import type { JWK } from 'jose';
import type { SandboxDirectory } from './directory.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** Where each key of a deployment lies, below its instance folder. All files have mode 0600. */
export const keyFiles = (dir: string) => ({
  trust: join(dir, 'trust.json'),
  decision: join(dir, 'keys/exchange-decision.jwk.json'),
  access: join(dir, 'keys/ledger-access.jwk.json'),
  /** Secret of the operator's people at the exchange. */
  operatorToken: join(dir, 'keys/operator-token'),
  log: (log: 'disclosure' | 'keys') => join(dir, `keys/log-${log}.jwk.json`),
  keyStore: (gateway: string) => join(dir, `keys/gateway-${gateway}.keystore.json`),
  operator: (n: 1 | 2) => join(dir, `keys/operator-${n}.jwk.json`),
  participant: (slug: string, use: 'administrator' | 'jurist') => join(dir, `keys/participant-${slug}-${use}.jwk.json`),
  system: (authority: string) => join(dir, `keys/system-${authority.replace('/', '-')}.jwk.json`),
});

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
  await keep(files.access, 'access');
  if (existsSync(files.trust)) return false;
  await keep(files.decision, 'decision');
  if (!existsSync(files.operatorToken)) writeFileSync(files.operatorToken, secret(), { mode: 0o600 });
  const operators = [await keep(files.operator(1), 'operator'), await keep(files.operator(2), 'operator')];
  for (const { slug } of directory.participants) {
    for (const use of ['administrator', 'jurist'] as const) await keep(files.participant(slug, use), use);
  }
  for (const { id } of directory.authorities) await keep(files.system(id), 'system');
  for (const { id } of directory.gateways) {
    const file = files.keyStore(id);
    if (existsSync(file)) continue;
    const authorities: Record<string, object> = {};
    for (const authority of directory.authorities.filter(({ gateway }) => gateway === id)) {
      authorities[authority.id] = {
        document: withKid(await generateKey('document')),
        sealing: withKid(await generateKey('sealing')),
        storage: secret(),
      };
    }
    write(file, {
      manifest: withKid(await generateKey('manifest')),
      witness: withKid(await generateKey('witness')),
      token: withKid(await generateKey('token')),
      pseudonymKey: secret(),
      commitmentKey: secret(),
      authorities,
    });
  }
  const logs = Object.fromEntries((['disclosure', 'keys'] as const).map((log) => [log, logTrust(dir, directory, log)]));
  // Written last: with it, everything is there.
  write(files.trust, { v: 1, environment: directory.environment, logs, operators: operators.map(open) });
  return true;
}

const logTrust = (dir: string, directory: SandboxDirectory, log: 'disclosure' | 'keys'): object => {
  const file = keyFiles(dir).log(log);
  const origin = `logg.delge.example/${directory.environment}/${log}`;
  if (!existsSync(file)) write(file, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  const key = verifierKey(origin, raw(readKey(file)), sha256);
  return { origin, keys: [key], policy: policyOf(dir, directory, key) };
};

/** Key name of a gateway's witness: a URL without scheme, c2sp.org/tlog-cosignature. */
export const witnessName = (environment: string, gateway: string): string =>
  `vittne.delge.example/${environment}/${gateway}`;

/** c2sp.org/tlog-policy. */
const policyOf = (dir: string, { environment, witnesses }: SandboxDirectory, log: string): string => {
  const { quorum, gateways } = witnesses;
  const lines = gateways.map((id) => {
    const { witness } = readKey(keyFiles(dir).keyStore(id)) as { readonly witness: JWK };
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
