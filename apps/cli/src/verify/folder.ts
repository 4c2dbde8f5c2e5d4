import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { BundleSource } from '#verifier';

const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** A bundle that lies in a folder. Links are as good as absent: a bundle is what is in its folder. */
export const folderSource = (folder: string): BundleSource => ({
  paths: () =>
    Promise.resolve(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length).replaceAll(sep, '/')),
    ),
  read: (path) => Promise.resolve(regularFile(join(folder, ...path.split('/')))),
});

const regularFile = (path: string): Uint8Array | undefined => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return undefined;
  if (stat.size > MAX_FILE_BYTES) throw new Error(`${path} is larger than any file of a bundle`);
  return readFileSync(path);
};
