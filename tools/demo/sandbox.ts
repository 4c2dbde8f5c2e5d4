import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DelgeClient } from '#client';
import { parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import { keyFiles, readKey } from '../sandbox/keys.js';
import type { SandboxSystem } from '../sandbox/systems.js';

/** A running sandbox as its systems reach it. */
export class Sandbox {
  private readonly clients = new Map<string, DelgeClient>();

  private constructor(
    readonly dir: string,
    readonly trust: Trust,
    readonly systems: readonly SandboxSystem[],
  ) {}

  /** @param dir instance folder, after enrolment */
  static async open(dir: string): Promise<Sandbox> {
    const trust = await parseTrust(readFileSync(keyFiles(dir).trust));
    const { systems } = JSON.parse(readFileSync(join(dir, 'sandbox.json'), 'utf8')) as {
      readonly systems: readonly SandboxSystem[];
    };
    return new Sandbox(dir, trust, systems);
  }

  system(authority: string): SandboxSystem {
    const found = this.systems.find((system) => system.authority === authority);
    if (found === undefined) throw new Error(`${authority} is not in the sandbox`);
    return found;
  }

  /** @returns the authority's system, calling its gateway over HTTP as any system does */
  client(authority: string): DelgeClient {
    const known = this.clients.get(authority);
    if (known !== undefined) return known;
    const { gateway, system, keyFile } = this.system(authority);
    const client = new DelgeClient({ gateway, system, key: readKey(keyFile) });
    this.clients.set(authority, client);
    return client;
  }
}
