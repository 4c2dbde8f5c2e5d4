import { sha256Base64url } from '#envelope';
import type { Say } from './say.js';

/** A bundle's folder, or whatever stands for one. Paths are relative, with `/` between their parts. */
export interface BundleSource {
  paths(): Promise<readonly string[]>;
  /** @returns undefined when there is no such file */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Reads each file once, when it is needed, and holds it against the list: a bundle is never in memory whole. */
export class Files {
  private readonly used = new Set(['manifest.json']);

  constructor(
    private readonly source: BundleSource,
    /** base64url SHA-256 by path. */
    private readonly listed: ReadonlyMap<string, string>,
    private readonly say: Say,
  ) {}

  has(path: string): boolean {
    return this.listed.has(path);
  }
  below(folder: string): readonly string[] {
    return [...this.listed.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  /** @returns undefined when it is missing, which is reported */
  async take(path: string): Promise<Uint8Array | undefined> {
    this.used.add(path);
    const bytes = await this.source.read(path);
    const digest = this.listed.get(path);
    if (bytes === undefined || digest === undefined) {
      this.say(bytes === undefined ? 'file-missing' : 'file-unlisted', { file: path });
      return bytes;
    }
    if (sha256Base64url(bytes) !== digest) this.say('file-digest', { file: path });
    return bytes;
  }

  /** As `take`, of a file that need not be there. */
  async takeListed(path: string): Promise<Uint8Array | undefined> {
    return this.has(path) ? this.take(path) : undefined;
  }

  /** Reports what is there and was not asked for, in one order: a disk and a browser each list a folder in their own. */
  async close(): Promise<void> {
    const there = new Set([...(await this.source.paths())].sort());
    for (const path of there) if (!this.used.has(path)) this.say('file-unlisted', { file: path });
    for (const path of this.listed.keys())
      if (!there.has(path) && !this.used.has(path)) this.say('file-missing', { file: path });
  }
}
