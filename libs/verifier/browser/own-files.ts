import type { BundleSource } from '#verifier';

const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** @throws when it is larger than any file of a bundle */
export async function octetsOf(file: File): Promise<Uint8Array> {
  if (file.size > MAX_FILE_BYTES) throw new Error(file.name);
  return new Uint8Array(await file.arrayBuffer());
}

/** A bundle's folder as the browser hands it over: every file below it, each with its path from the folder's parent. */
export function folderOf(files: readonly File[]): BundleSource {
  const byPath = new Map(files.map((file) => [file.webkitRelativePath.split('/').slice(1).join('/'), file]));
  return {
    paths: () => Promise.resolve([...byPath.keys()]),
    read: async (path) => {
      const file = byPath.get(path);
      return file === undefined ? undefined : octetsOf(file);
    },
  };
}
