import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DelgeClient } from '#client';
import type { Scope } from '#contracts';
import { systemKeyIn } from './files.js';

interface SandboxFile {
  readonly systems: readonly {
    readonly authority: string;
    readonly system: string;
    readonly keyFile: string;
    readonly gateway: string;
  }[];
}

/** @param file sandbox.json, below the checkout unless it is an absolute path @throws when there is no sandbox */
export const systemsIn = (file: string): SandboxFile['systems'] => {
  const path = resolve(process.env['DELGE_ROOT'] ?? process.cwd(), file);
  if (!existsSync(path)) throw new Error('there is no sandbox here: run `npm start` first');
  return (JSON.parse(readFileSync(path, 'utf8')) as SandboxFile).systems;
};

/**
 * @param scopes those that its tokens carry; absent: all that it may do
 * @returns a client as the authority's system @throws when there is no sandbox or no such authority
 */
export const clientOf = (file: string, authority: string, scopes?: readonly Scope[]): DelgeClient => {
  const systems = systemsIn(file);
  const found = systems.find((system) => system.authority === authority);
  if (found === undefined) {
    throw new Error(`no system of ${authority}; there are: ${systems.map((system) => system.authority).join(', ')}`);
  }
  const { gateway, system, keyFile } = found;
  const key = systemKeyIn(keyFile);
  return new DelgeClient({ gateway, system, key, ...(scopes === undefined ? {} : { scopes }) });
};
