import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey } from '#envelope';
import type { SandboxDirectory } from '../directory.js';
import { open, readKey } from '../keys.js';
import type { SandboxClient } from './issuer.js';
import { PERSONAS } from './personas.js';

/** An app of the sandbox that people log in to. */
export interface SandboxApp {
  /** As a service of the stack: `gateway-<id>` or `console`. */
  readonly service: string;
  readonly callback: string;
  readonly afterLogout: string;
  /** Names of the issuers that it trusts. */
  readonly issuers: readonly string[];
  /** Whether each issuer is pinned to the participant of its name. */
  readonly pinned: boolean;
}

/** Whose people the console lets in: auditors, whom an administrator grants assignments. */
export const consoleApp = (url: string): SandboxApp => ({
  service: 'console',
  callback: `${url}/in/svar`,
  afterLogout: `${url}/ut`,
  issuers: ['granskning'],
  pinned: false,
});

/** Whose people a gateway lets in: those of the participants it hosts that have an issuer. */
export const gatewayApp = (directory: SandboxDirectory, gateway: string, url: string): SandboxApp => {
  const hosted = directory.authorities.filter((one) => one.gateway === gateway).map(({ id }) => id.split('/')[0]);
  return {
    service: `gateway-${gateway}`,
    callback: `${url}/staff/callback`,
    afterLogout: `${url}/staff`,
    issuers: Object.keys(PERSONAS).filter((name) => hosted.includes(name)),
    pinned: true,
  };
};

export const loginFiles = (dir: string) => ({
  /** What the identity provider knows of its clients. */
  clients: join(dir, 'login/clients.json'),
  key: (service: string) => join(dir, `login/${service}.jwk.json`),
  /** LOGIN_ISSUERS_FILE of an app. */
  issuers: (service: string) => join(dir, `login/${service}.json`),
});

/** Writes for each app its key and the issuers it trusts, and for the provider its clients. Keys are kept, addresses are those of now. */
export async function writeLogins(dir: string, identityUrl: string, apps: readonly SandboxApp[]): Promise<void> {
  const files = loginFiles(dir);
  mkdirSync(join(dir, 'login'), { recursive: true, mode: 0o700 });
  const clients: SandboxClient[] = [];
  for (const { service, callback, afterLogout, issuers, pinned } of apps) {
    const clientKeyFile = files.key(service);
    if (!existsSync(clientKeyFile)) {
      const { privateJwk, kid } = await generateKey('system');
      writeFileSync(clientKeyFile, JSON.stringify({ ...privateJwk, kid }), { mode: 0o600, flag: 'wx' });
    }
    const { kid, ...key } = readKey(clientKeyFile);
    const jwk = { ...open(key), ...(kid === undefined ? {} : { kid }), use: 'sig', alg: 'ES256' };
    clients.push({ clientId: service, redirectUris: [callback], postLogoutUris: [afterLogout], jwk });
    const trusted = issuers.map((name) => {
      const issuer = { issuer: `${identityUrl}/${name}`, clientId: service, clientKeyFile };
      return pinned ? { ...issuer, participant: name, organisation: PERSONAS[name]?.[0]?.organisation ?? '' } : issuer;
    });
    writeFileSync(files.issuers(service), JSON.stringify({ issuers: trusted }, undefined, 2), { mode: 0o600 });
  }
  writeFileSync(files.clients, JSON.stringify(clients, undefined, 2), { mode: 0o600 });
}
