import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importPrivate, localSigner } from '#envelope';
import { canonicalBytes } from '#json';
import type { SandboxDirectory } from './directory.js';
import { keyFiles, open, readKey, storePlace } from './keys.js';

/** A system of the sandbox: what it needs to call its gateway. */
export interface SandboxSystem {
  readonly authority: string;
  readonly system: string;
  readonly keyFile: string;
  readonly gateway: string;
}

/** UUIDv8 of the authority's one system in the sandbox. */
const systemIdOf = (authority: string): string => {
  const hash = createHash('sha256').update(`delge-sandbox-system/v1\n${authority}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const FOLLOWED_MS = 60_000;

/** Waits until a gateway has verified the keys log that far. */
export async function untilFollowed(gateway: string, size: number): Promise<void> {
  const deadline = Date.now() + FOLLOWED_MS;
  for (;;) {
    const response = await fetch(`${gateway}/api-info`);
    const info = (await response.json()) as { readonly keysLog?: { readonly size: string } };
    if (Number(info.keysLog?.size ?? 0) >= size) return;
    if (Date.now() > deadline) throw new Error(`${gateway} does not follow the keys log`);
    await delay(50);
  }
}

/** Where the operator's services listen, and what one needs to ask them: for the command line. */
export interface SandboxOperator {
  readonly exchange: string;
  readonly ledger: string;
  readonly registry: string;
}

/**
 * Registers one system for every authority, on the word of its participant's administrator.
 * @returns them all; also kept in sandbox.json, for the command line
 */
export async function registerSystems(
  dir: string,
  directory: SandboxDirectory,
  gateways: ReadonlyMap<string, string>,
  operator: SandboxOperator,
): Promise<readonly SandboxSystem[]> {
  const file = join(dir, 'sandbox.json');
  const files = keyFiles(dir);
  const systems = directory.authorities.map(({ id: authority, gateway }): SandboxSystem => {
    const url = gateways.get(gateway);
    if (url === undefined) throw new Error(`gateway ${gateway} is not deployed`);
    return { authority, system: systemIdOf(authority), keyFile: files.system(authority), gateway: url };
  });
  const [gateway = ''] = gateways.keys();
  // Who reads the logs as one admitted, and the operator's people.
  const reader = { gateway, keyStore: storePlace(dir, `gateway-${gateway}`) };
  const asked = { ...operator, trustFile: files.trust, tokenFile: files.operatorToken, reader };
  const text = JSON.stringify({ gateways: Object.fromEntries(gateways), operator: asked, systems }, undefined, 2);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return systems;
  for (const system of systems) await registerSystem(dir, directory.environment, system);
  writeFileSync(file, text, { mode: 0o600 });
  return systems;
}

/** On the word of its participant’s administrator. */
export const registerSystem = async (
  dir: string,
  env: string,
  { authority, system, keyFile, gateway }: SandboxSystem,
): Promise<void> => {
  const slug = authority.split('/')[0] ?? '';
  const administrator = localSigner(
    await importPrivate(readKey(keyFiles(dir).participant(slug, 'administrator')), 'administrator'),
  );
  const key = open(readKey(keyFile));
  const statement = { v: 1, env, system, authority, key, at: new Date().toISOString() };
  const body = await administrator.sign('delge-system+jws', canonicalBytes(statement));
  const headers = { 'content-type': 'application/jose' };
  const response = await fetch(`${gateway}/v1/systems/${system}`, { method: 'PUT', headers, body });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${gateway} refused the system of ${authority}: ${response.status} ${answer}`);
};
