import type { BundleSource } from '#verifier';
import type { BundleFiles } from './draft.js';

/** A bundle's files as if they lay in a folder. */
export const sourceOf = (files: BundleFiles): BundleSource => ({
  paths: () => Promise.resolve([...files.keys()]),
  read: (path) => Promise.resolve(files.get(path)),
});
