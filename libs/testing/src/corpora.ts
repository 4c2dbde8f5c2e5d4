import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Published test vectors lie outside the repository, in the folder that `DELGE_CORPORA` names. Where it is not set, a runner says that it
 * was left out; in CI a missing corpus fails.
 */
export function corpus(
  folder: string,
): { readonly path: string; readonly json: (file: string) => unknown } | undefined {
  const root = process.env['DELGE_CORPORA'];
  const path = root === undefined ? undefined : join(root, folder);
  if (path === undefined || !existsSync(path)) {
    if (process.env['CI'] !== undefined) throw new Error(`corpus ${folder} is missing: set DELGE_CORPORA`);
    return undefined;
  }
  return { path, json: (file) => JSON.parse(readFileSync(join(path, file), 'utf8')) as unknown };
}

/**
 * Holds what a runner saw against the deviations it expects: a case that deviates without a reason on the list fails, and so does a case on the
 * list that does not deviate.
 */
export function unexpected(seen: readonly string[], expected: Readonly<Record<string, string>>): readonly string[] {
  const deviations = new Set(seen);
  return [
    ...seen.filter((id) => !(id in expected)).map((id) => `deviates: ${id}`),
    ...Object.keys(expected)
      .filter((id) => !deviations.has(id))
      .map((id) => `expected to deviate and does not: ${id}`),
  ];
}
