import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT, SOURCES } from '../views/sources.js';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
export interface Asset {
  /** Changes with the content. */
  readonly address: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** SHA-256, base64url. */
  readonly digest: string;
}

const { resolve } = createRequire(import.meta.url);
const FILES = {
  'fkui.css': resolve('@fkui/design/lib/fkui.min.css'),
  'theme.css': resolve('@fkui/theme-default/dist/theme-auto.css'),
  'console.css': join(SOURCES, 'assets/console.css'),
  'icon.svg': join(SOURCES, 'assets/icon.svg'),
  'nonce.js': join(SOURCES, 'assets/nonce.js'),
  'slider.js': join(SOURCES, 'assets/slider.js'),
} as const;
export type AssetName = keyof typeof FILES | 'verify.js';

/** Made by `npm run verifier`, and by `npm start`; without it a badge stays what the server claims. */
const VERIFIER_FOLDER = join(ROOT, 'dist/verifier');
const made = ['verify.js'].filter((name) => existsSync(join(VERIFIER_FOLDER, name)));

const read = (name: string, path: string): Asset => {
  const bytes = readFileSync(path);
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return {
    address: `/static/${digest.slice(0, 16)}/${name}`,
    type: TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    bytes,
    digest,
  };
};

/** What pages load, all of it from here. */
export const ASSETS = Object.fromEntries(
  [...Object.entries(FILES), ...made.map((name) => [name, join(VERIFIER_FOLDER, name)] as const)].map(
    ([name, path]) => [name, read(name, path)],
  ),
) as Readonly<Partial<Record<AssetName, Asset>>>;
export const assetAt = (address: string): Asset | undefined =>
  Object.values(ASSETS).find((asset) => asset.address === address);

const oneFile = join(VERIFIER_FOLDER, 'delge-verifier.html');
const verifierIn = (bytes: Buffer) => ({
  bytes,
  /** SHA-256, hexadecimal, as `sha256sum` prints it. */
  digest: createHash('sha256').update(bytes).digest('hex'),
  policy:
    /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(bytes.toString('utf8'))?.[1] ??
    `default-src 'none'`,
});
/** The one file to save; absent where it was not made. */
export const VERIFIER = existsSync(oneFile) ? verifierIn(readFileSync(oneFile)) : undefined;
