import { KeysCache, rendered, sha256, verifyBundle, verifyEvidence } from '#verifier';
import type { BundleSource, EvidenceFile, Language, Report } from '#verifier';
import { SnapshotError, parseTrust } from '#snapshot';
import { settled } from './signatures.js';

export interface Options {
  readonly now: Date;
  /** A checkpoint that the auditor has seen before and kept: a signed note. */
  readonly pinned?: string;
}

/** Whether these are the octets of a trust.json. */
export async function isTrust(bytes: Uint8Array): Promise<boolean> {
  try {
    await parseTrust(bytes);
    return true;
  } catch (error) {
    if (error instanceof SnapshotError) return false;
    throw error;
  }
}

/** SHA-256, hexadecimal: as `sha256sum` prints it. */
export const hexDigestOf = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('hex');

/** Reports on evidence files, in their order; those with one keys log cost it once. @param trust octets of trust.json @throws {SnapshotError} */
export const verifyFiles = (
  files: readonly (Uint8Array | EvidenceFile)[],
  trust: Uint8Array,
  options: Options,
): Promise<readonly Report[]> =>
  settled(async () => {
    // Of this run alone: what has verified is remembered by these.
    const [own, cache] = [await parseTrust(trust), new KeysCache()];
    const reports: Report[] = [];
    for (const file of files) reports.push(await verifyEvidence(file, own, { ...options, cache }));
    return reports;
  });

/** Reports on a bundle. @param trust octets of trust.json @throws {SnapshotError} */
export const verifyFolder = (source: BundleSource, trust: Uint8Array, options: Options): Promise<Report> =>
  settled(async () => verifyBundle(source, await parseTrust(trust), options));

export { rendered, type BundleSource, type Language, type Report };
