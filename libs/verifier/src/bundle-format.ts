import { JsonError, defaultLimits, parseStrict } from '#json';
import type { JsonValue } from '#json';
import type { Opening } from './facts.js';

export const BUNDLE_FORMAT = 'delge-bundle/1';

/** manifest.json: what the bundle says of itself. Nothing in it is believed; everything in it is held against what is signed. */
export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT;
  readonly origins: { readonly disclosure: string; readonly keys: string };
  /** Indices [from, to) whose openings are here, decimal. */
  readonly from: string;
  readonly to: string;
  /** Authorities whose entries the reader may see; absent: all entries of the period are here. */
  readonly bounds?: readonly string[];
  /** base64url SHA-256 by path: every file but this one. */
  readonly files: Readonly<Record<string, string>>;
}

/** A line of openings/<n>.jsonl, n being the index divided by 256. */
export type OpeningLine =
  | ({ readonly is: 'opening' } & Opening)
  /** Erased, as the entry at that index says. */
  | { readonly is: 'erased'; readonly index: bigint; readonly by: bigint };

const MANIFEST_LIMITS = { maxBytes: 256 * 1024 * 1024, maxDepth: 4 };
const decimal = /^(?:0|[1-9][0-9]{0,15})$/;
const authority = /^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/;
const digest = /^[A-Za-z0-9_-]{43}$/;
const path = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

export type Members = { readonly [name: string]: JsonValue };
export const isObject = (value: JsonValue | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';
/** Whether the object has these members and no others. */
export const hasOnly = (value: Members, names: readonly string[], optional: readonly string[] = []): boolean =>
  names.every((name) => Object.hasOwn(value, name)) &&
  Object.keys(value).every((name) => names.includes(name) || optional.includes(name));

/** @returns undefined when it is not JSON, strictly read */
export function json(bytes: Uint8Array | string, limits = {}): JsonValue | undefined {
  try {
    return parseStrict(bytes, limits);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** @returns undefined when it is not one */
export function parseBundleManifest(bytes: Uint8Array): BundleManifest | undefined {
  const value = json(bytes, MANIFEST_LIMITS);
  if (!isObject(value) || !hasOnly(value, ['format', 'origins', 'from', 'to', 'files'], ['bounds'])) return undefined;
  const { format, origins, from, to, bounds, files } = value;
  const wellFormed =
    format === BUNDLE_FORMAT &&
    isObject(origins) &&
    hasOnly(origins, ['disclosure', 'keys']) &&
    Object.values(origins).every(isText) &&
    [from, to].every((index) => isText(index) && decimal.test(index)) &&
    BigInt(from as string) <= BigInt(to as string) &&
    (bounds === undefined ||
      (Array.isArray(bounds) &&
        bounds.length > 0 &&
        bounds.every((one: JsonValue) => isText(one) && authority.test(one)))) &&
    isObject(files) &&
    Object.entries(files).every(
      ([name, sha]) => path.test(name) && name !== 'manifest.json' && isText(sha) && digest.test(sha),
    );
  return wellFormed ? (value as unknown as BundleManifest) : undefined;
}

/** A line as the ledger writes nearly all of them: tokens need no escape, and what stands in this very form leaves the parser nothing to find. */
const plainLine =
  /^\{"idx":"(0|[1-9][0-9]{0,15})","entry":"([A-Za-z0-9_.-]*)","blind":"([A-Za-z0-9_-]*)","annex":"([A-Za-z0-9_.-]*)"\}$/;

/** @returns undefined when the line is not one */
export function parseOpeningLine(line: string): OpeningLine | undefined {
  const plain = line.length <= defaultLimits.maxBytes ? plainLine.exec(line) : null;
  if (plain === null) return parseAnyLine(line);
  const [, idx = '', entry = '', blind = '', annex = ''] = plain;
  return { is: 'opening', index: BigInt(idx), entry, blind, annex };
}

/** As `parseOpeningLine`, whatever the line's form. */
export function parseAnyLine(line: string): OpeningLine | undefined {
  const value = json(line);
  if (!isObject(value)) return undefined;
  const { idx, entry, blind, annex, erasedBy } = value;
  if (!isText(idx) || !decimal.test(idx)) return undefined;
  const index = BigInt(idx);
  if (hasOnly(value, ['idx', 'erasedBy'])) {
    return isText(erasedBy) && decimal.test(erasedBy) ? { is: 'erased', index, by: BigInt(erasedBy) } : undefined;
  }
  if (!hasOnly(value, ['idx', 'entry', 'blind'], ['annex']) || !isText(entry) || !isText(blind)) return undefined;
  if (annex !== undefined && !isText(annex)) return undefined;
  return { is: 'opening', index, entry, blind, ...(annex === undefined ? {} : { annex }) };
}

/** The exact octets of a blind in its one spelling. @returns undefined when it is none */
export function blindOf(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 32 && bytes.toString('base64url') === text ? bytes : undefined;
}
