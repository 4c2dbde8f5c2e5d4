import { readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { importPrivate, localSigner } from '#envelope';
import type { KeyUse, PrivateKey, Signer } from '#envelope';
import { entryOf, parseEntry, parseTrust, signStatement } from '#snapshot';
import type { Entry, StatementBody, Trust } from '#snapshot';
import type { JWK } from 'jose';
import { readJson } from '../commands.js';
import { existing, rootPath } from '../files.js';

/** A statement on its way to the registry, from hand to hand: the lines of its entry so far. */
export interface KeyRequest {
  readonly v: 1;
  /** The statement, signed by its principal; then what was added. */
  readonly lines: readonly string[];
}
export interface ReadRequest {
  readonly lines: readonly string[];
  readonly entry: Entry;
}

/** @throws with the file's name when it is no request */
export function readRequest(file: string): ReadRequest {
  const { v, lines } = readJson(existing(file)) as Partial<KeyRequest>;
  if (v !== 1 || !Array.isArray(lines)) throw new Error(`${file} is no request of delge keys`);
  return { lines, entry: parseEntry(entryOf(lines)) };
}
export const writeRequest = (file: string, lines: readonly string[]): void =>
  writeFileSync(rootPath(file), `${JSON.stringify({ v: 1, lines } satisfies KeyRequest, undefined, 2)}\n`);

/** A statement of now, signed by whose act it is. */
export const requestOf = (trust: Trust, body: StatementBody, principal: Signer): Promise<string> =>
  signStatement({ ...body, env: trust.environment, id: randomUUID(), issuedAt: new Date().toISOString() }, principal);

/** A private key from a file, a JWK. @throws with the file's name */
export async function keyFrom(file: string, use: KeyUse): Promise<PrivateKey> {
  try {
    return await importPrivate(readJson(existing(file)) as JWK, use);
  } catch (error) {
    throw new Error(`${file} is no private key of this use (${use})`, { cause: error });
  }
}
export const signerFrom = async (file: string, use: KeyUse): Promise<Signer> => localSigner(await keyFrom(file, use));

export const readTrustFile = (file: string): Promise<Trust> => parseTrust(readFileSync(existing(file)));
