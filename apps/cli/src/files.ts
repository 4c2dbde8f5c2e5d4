import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SnapshotError, parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import type { JWK } from 'jose';

/** A path that was given on the command line: below the checkout unless it is absolute. */
export const rootPath = (path: string): string => resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path);
/** @throws when it is not there */
export const existing = (path: string): string => {
  const found = rootPath(path);
  if (!existsSync(found)) throw new Error(`there is no ${path}`);
  return found;
};

/** @param key of a file @returns whether a system can sign with it */
export const isSystemKey = (key: unknown): key is JWK => {
  try {
    return createPrivateKey({ key: key as JWK, format: 'jwk' }).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
};
/** A system's key from a file. @throws with the file's name when there is none in it */
export const systemKeyIn = (path: string): JWK => {
  const text = readFileSync(existing(path), 'utf8');
  let key: unknown;
  try {
    key = JSON.parse(text);
  } catch {
    key = undefined;
  }
  if (!isSystemKey(key))
    throw new Error(`${path} is no private key of a system: a JWK on P-256, as \`delge init\` makes`);
  return key;
};

/** @throws when it is no trust.json */
export const trustOf = async (path: string): Promise<{ readonly text: string; readonly trust: Trust }> => {
  const text = readFileSync(existing(path), 'utf8');
  try {
    return { text, trust: await parseTrust(text) };
  } catch (error) {
    if (error instanceof SnapshotError) throw new Error(`${path} is no trust.json`, { cause: error });
    throw error;
  }
};
