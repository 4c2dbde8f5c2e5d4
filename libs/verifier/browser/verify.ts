import { KeysCache, rendered, sha256, verifyBundle, verifyEvidence } from '#verifier';
import type { BundleSource, EvidenceFile, Language, Report } from '#verifier';
import { SnapshotError, parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import { settled } from './signatures.js';

export interface Options {
  readonly now: Date;
  /** A checkpoint that the auditor has seen before and kept: a signed note. */
  readonly pinned?: string;
}

/** @returns undefined when it is no trust.json */
export async function trustOf(bytes: Uint8Array): Promise<Trust | undefined> {
  try {
    return await parseTrust(bytes);
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
}

/** SHA-256, hexadecimal: as `sha256sum` prints it. */
export const hexDigestOf = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('hex');

/** Reports on evidence files, in their order; those with one keys log cost it once. */
export const verifyFiles = (
  files: readonly (Uint8Array | EvidenceFile)[],
  trust: Trust,
  options: Options,
): Promise<readonly Report[]> =>
  settled(async () => {
    const cache = new KeysCache();
    const reports: Report[] = [];
    for (const file of files) reports.push(await verifyEvidence(file, trust, { ...options, cache }));
    return reports;
  });

export const verifyFolder = (source: BundleSource, trust: Trust, options: Options): Promise<Report> =>
  settled(() => verifyBundle(source, trust, options));

export { rendered, type BundleSource, type Language, type Report, type Trust };
