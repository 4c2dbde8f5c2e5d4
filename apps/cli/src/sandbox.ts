import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DelgeClient } from '#client';
import type { JWK } from 'jose';

interface SandboxFile {
  readonly systems: readonly {
    readonly authority: string;
    readonly system: string;
    readonly keyFile: string;
    readonly gateway: string;
  }[];
}

/**
 * @param file sandbox.json, below the checkout unless it is an absolute path
 * @returns a client as the authority's system @throws when there is no sandbox or no such authority
 */
export const clientOf = (file: string, authority: string): DelgeClient => {
  const path = resolve(process.env['DELGE_ROOT'] ?? process.cwd(), file);
  if (!existsSync(path)) throw new Error('there is no sandbox here: run `npm start` first');
  const { systems } = JSON.parse(readFileSync(path, 'utf8')) as SandboxFile;
  const found = systems.find((system) => system.authority === authority);
  if (found === undefined) {
    throw new Error(`no system of ${authority}; there are: ${systems.map((system) => system.authority).join(', ')}`);
  }
  const { gateway, system, keyFile } = found;
  return new DelgeClient({ gateway, system, key: JSON.parse(readFileSync(keyFile, 'utf8')) as JWK });
};
