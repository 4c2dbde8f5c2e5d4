import { generateKeyPairSync } from 'node:crypto';
import { generateKey, localSigner } from '#envelope';
import type { PrivateKey, Signer } from '#envelope';
import { broughtKeys, possessorsOf } from '#snapshot';
import type { StatementBody } from '#snapshot';
import { nodeNoteSigner } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { FileKeys, emptyContent, withSecret } from '#keystore';
import type { HeldKey, KeyStoreContent } from '#keystore';
import { KeyStore } from '../../../apps/gateway/src/keys/key-store.js';
import type { SandboxDirectory } from './examples.js';

/** Every private key of a world, each under its holder. */
export interface WorldKeys {
  readonly operators: readonly [PrivateKey, PrivateKey];
  readonly decision: PrivateKey;
  readonly logs: { readonly disclosure: NoteSigner; readonly keys: NoteSigner };
  /** By participant. */
  readonly administrators: Readonly<Record<string, PrivateKey>>;
  readonly jurists: Readonly<Record<string, PrivateKey>>;
  /** By gateway. */
  readonly manifests: Readonly<Record<string, PrivateKey>>;
  readonly witnesses: Readonly<Record<string, PrivateKey>>;
  readonly stores: Readonly<Record<string, KeyStore>>;
  readonly files: Readonly<Record<string, KeyStoreContent>>;
  /** By authority. */
  readonly documents: Readonly<Record<string, PrivateKey>>;
  readonly sealings: Readonly<Record<string, PrivateKey>>;
}

const shown = new Map<string, PrivateKey>();
/** Public members, as statements carry them. */
export const publicJwk = (key: PrivateKey): Readonly<Record<string, string>> => {
  shown.set(key.kid, key);
  return key.jwk as Record<string, string>;
};
/** Those who can prove that the keys which the statement brings are there: whoever had `publicJwk` give them. */
export const possessorsIn = (body: StatementBody, principal: PrivateKey): readonly Signer[] =>
  possessorsOf(broughtKeys(body), principal.kid).flatMap(({ kid }) => {
    const key = shown.get(kid);
    return key === undefined ? [] : [localSigner(key)];
  });
const held = (holder: string, { use, kid, privateJwk }: PrivateKey): HeldKey => ({
  holder,
  use,
  kid,
  jwk: privateJwk,
  madeAt: '2026-01-01T00:00:00.000Z',
});

export const noteSigner = (origin: string): NoteSigner =>
  nodeNoteSigner(origin, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));

const each = async <T>(names: readonly string[], make: (name: string) => Promise<T>): Promise<Record<string, T>> =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, await make(name)] as const)));

/** A gateway's keys, from what its store holds. */
export const keyStore = async (gateway: string, content: KeyStoreContent): Promise<KeyStore> =>
  new KeyStore(gateway, await FileKeys.of(content));

export const worldKeys = async (directory: SandboxDirectory): Promise<WorldKeys> => {
  const slugs = directory.participants.map(({ slug }) => slug);
  const gateways = directory.gateways.map(({ id }) => id);
  const authorities = directory.authorities.map(({ id }) => id);
  const origin = `logg.delge.example/${directory.environment}`;
  const keys = {
    operators: [await generateKey('operator'), await generateKey('operator')] as const,
    decision: await generateKey('decision'),
    logs: { disclosure: noteSigner(`${origin}/disclosure`), keys: noteSigner(`${origin}/keys`) },
    administrators: await each(slugs, () => generateKey('administrator')),
    jurists: await each(slugs, () => generateKey('jurist')),
    manifests: await each(gateways, () => generateKey('manifest')),
    witnesses: await each(gateways, () => generateKey('witness')),
    documents: await each(authorities, () => generateKey('document')),
    sealings: await each(authorities, () => generateKey('sealing')),
  };
  const contentOf = async (gateway: string): Promise<KeyStoreContent> => {
    const hosted = directory.authorities.filter((authority) => authority.gateway === gateway).map(({ id }) => id);
    const own = [keys.manifests[gateway] as PrivateKey, keys.witnesses[gateway] as PrivateKey];
    const all = [...own, await generateKey('token')].map((key) => held(`gateway:${gateway}`, key));
    for (const id of hosted)
      all.push(held(id, keys.documents[id] as PrivateKey), held(id, keys.sealings[id] as PrivateKey));
    let content: KeyStoreContent = { ...emptyContent, keys: all };
    for (const id of hosted) {
      for (const use of ['storage', 'pseudonym', 'commitment'] as const)
        content = withSecret(content, id, use, new Date(0));
    }
    return content;
  };
  const files = await each(gateways, contentOf);
  const stores = await each(gateways, (gateway) => keyStore(gateway, files[gateway] as KeyStoreContent));
  return { ...keys, files, stores };
};
