import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
export type Fields = { [key: string]: Plain };

/** A fault in what a jurist wrote: says where, in words that need no knowledge of the code. */
export class RuleSourceError extends Error {
  override readonly name = 'RuleSourceError';
}
export const fail = (message: string): never => {
  throw new RuleSourceError(message);
};
export const fields = (value: Plain | undefined, what: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? value
    : fail(`${what}: expected members and values`);
export const list = (value: Plain | undefined, what: string): Plain[] =>
  Array.isArray(value) ? value : fail(`${what}: expected a list`);
export const text = (value: Plain | undefined, what: string): string =>
  typeof value === 'string' ? value : fail(`${what}: expected text`);

/** @throws RuleSourceError that names file and line when the file is no YAML */
export function readYaml(folder: string, file: string): Fields {
  try {
    return fields(parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Plain, file);
  } catch (error) {
    if (error instanceof RuleSourceError) throw error;
    throw new RuleSourceError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`, {
      cause: error,
    });
  }
}
