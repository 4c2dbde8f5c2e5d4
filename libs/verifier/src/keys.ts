import { KeysLog, SnapshotError } from '#snapshot';
import type { Trust } from '#snapshot';
import { rootOfLeaves } from '#tlog/verify';
import { opened } from './checkpoints.js';
import { sameBytes, sha256 } from './crypto.js';
import type { Say } from './say.js';

/**
 * Keys logs that were verified before, by root: the same log stands in every file of a day, and its statements are most of the work on one file. The root
 * says every byte of it.
 */
export class KeysCache {
  private readonly logs = new Map<string, KeysLog>();
  private readonly ofFiles = new WeakMap<object, { readonly trust: Trust; readonly log: KeysLog }>();
  constructor(private readonly most = 4) {}

  find(name: string): KeysLog | undefined {
    return this.logs.get(name);
  }
  /** That of files which share the very object: of one page of evidence. */
  ofFile(keys: object, trust: Trust): KeysLog | undefined {
    const known = this.ofFiles.get(keys);
    return known?.trust === trust ? known.log : undefined;
  }
  keepOfFile(keys: object, trust: Trust, log: KeysLog): void {
    this.ofFiles.set(keys, { trust, log });
  }
  keep(name: string, log: KeysLog): void {
    if (this.logs.size >= this.most) this.logs.delete([...this.logs.keys()][0] ?? '');
    this.logs.set(name, log);
  }
}

/**
 * Verifies the `keys` log whole, up to a checkpoint under its policy: that a key was not revoked shows in no other way.
 * @param entries every entry of the log, in order
 * @returns undefined when it does not hold, which is reported
 */
export async function keysLogOf(
  checkpoint: string,
  entries: readonly Uint8Array[],
  trust: Trust,
  say: Say,
  cache: KeysCache = new KeysCache(),
): Promise<KeysLog | undefined> {
  const head = opened(checkpoint, trust.logs.keys, say);
  if (head === undefined) return undefined;
  if (head.size !== BigInt(entries.length) || !sameBytes(rootOfLeaves(entries, sha256), head.root)) {
    say('keys-root');
    return undefined;
  }
  const operators = trust.operators.map(({ kid }) => kid).join();
  const name = `${trust.environment} ${operators} ${head.size} ${Buffer.from(head.root).toString('base64')}`;
  const known = cache.find(name);
  if (known !== undefined) return known;
  const log = KeysLog.empty(trust, sha256);
  try {
    await log.appendAll(entries);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    say('keys-statement', { why: error.code });
    return undefined;
  }
  cache.keep(name, log);
  return log;
}
