import { existsSync, readFileSync, statSync } from 'node:fs';
import { DelgeClient } from '#client';
import type { ClientOptions } from '#client';
import type { Scope } from '#contracts';
import { isSystemKey, rootPath } from './files.js';

/** Where `delge init` writes it, and where it is looked for. */
export const OWN_FILE = 'delge.json';

/** A system of one's own, as `delge init` writes it: what a client of `libs/client` is made of, and whose system it is. */
export interface OwnSystem extends ClientOptions {
  readonly authority: string;
}

const OTHERS = 0o077;

/**
 * @param file as given by `--config`; undefined where a program takes none
 * @returns undefined when there is none
 * @throws when it is something else, or others may read the key in it
 */
export const readOwn = (file: string | undefined): OwnSystem | undefined => {
  if (file === undefined) return undefined;
  const path = rootPath(file);
  if (!existsSync(path)) return undefined;
  if ((statSync(path).mode & OTHERS) !== 0)
    throw new Error(`${file} holds a private key, and others may read it: \`chmod 600 ${file}\``);
  const own = parsed(readFileSync(path, 'utf8'));
  const { gateway, system, authority, key } = own ?? {};
  const texts: readonly unknown[] = [gateway, system, authority, key?.kid];
  if (own === undefined || !texts.every((one) => typeof one === 'string') || !isSystemKey(key))
    throw new Error(`${file} is not what \`delge init\` writes: move it away, and make another`);
  return own as OwnSystem;
};

/** @param scopes those that its tokens carry; absent: all that it may do @throws when nobody has said who asks */
export const ownClient = (file: string | undefined, scopes?: readonly Scope[]): DelgeClient => {
  const own = readOwn(file);
  if (own === undefined && file !== undefined && file !== OWN_FILE)
    throw new Error(`there is no ${file}: \`delge --config ${file} init <authority>\` makes it in the sandbox`);
  if (own === undefined)
    throw new Error(
      'say who asks: --as with an authority of the sandbox, or make a system of your own with `delge init`',
    );
  return new DelgeClient({ ...own, ...(scopes === undefined ? {} : { scopes }) });
};

const parsed = (text: string): Partial<OwnSystem> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};
