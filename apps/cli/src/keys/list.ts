import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readKeyStore } from '#keystore';
import type { KeyStorePlace } from '#keystore';
import type { Snapshot } from '#snapshot';
import { expiring } from '#operator';
import { print } from '../commands.js';
import { below } from './place.js';
import { readTrustFile } from './request.js';
import { readKeys, siteOf, statedAt, storeIn } from './site.js';

interface Options {
  readonly ledger?: string;
  readonly trust?: string;
  readonly store?: string;
  readonly secret?: string;
  readonly all?: true;
}

/** One key as it is listed. */
interface Listed {
  readonly holder: string;
  readonly use: string;
  readonly kid: string;
  readonly since: string;
  readonly days: number;
  readonly expiresOn?: string;
  readonly state: 'live' | 'revoked' | 'expired';
  /** Whether its private half lies in the store that was shown, or in a sandbox its holder's. */
  readonly held?: boolean;
}
const MS_PER_DAY = 86_400_000;

/** keys list */
export const listCommand = (keys: Command): void => {
  keys
    .command('list [holder]')
    .description('keys of the keys log, verified here: since when, until when, and whether a key store holds them')
    .option('--ledger <url>', 'the ledger; that of the sandbox without it')
    .option('--trust <file>', 'trust.json')
    .option('--store <file>', 'key store to look for them in')
    .option('--secret <file>', 'file with the passphrase or secret that opens the store')
    .option('--all', 'also those that were revoked')
    .action(async (holder: string | undefined, options: Options, command: Command) => {
      const { ledger, trust, store, secret, all } = options;
      const site =
        ledger !== undefined && trust !== undefined
          ? { ledger, trust: await readTrustFile(trust), sandbox: undefined }
          : await siteOf(command);
      const { snapshot, entries } = await readKeys(site.ledger, site.trust);
      const place =
        store === undefined || secret === undefined ? undefined : { file: below(store), secretFile: below(secret) };
      const stores = new Stores(place, site.sandbox, snapshot);
      const listed: Listed[] = [];
      for (const one of holder === undefined ? snapshot.holders() : [holder]) {
        for (const { key, from, isLive } of snapshot.keysEver(one)) {
          if (!isLive && all === undefined) continue;
          const { kid, use, expiresOn } = key;
          const since = statedAt(entries, from);
          const held = await stores.holds(one, kid);
          listed.push({
            holder: one,
            use,
            kid,
            since,
            days: Math.floor((Date.now() - Date.parse(since)) / MS_PER_DAY),
            ...(expiresOn === undefined ? {} : { expiresOn }),
            state: isLive ? (expiring(expiresOn, new Date()) === 'expired' ? 'expired' : 'live') : 'revoked',
            ...(held === undefined ? {} : { held }),
          });
        }
      }
      if (listed.length === 0) throw new Error(holder === undefined ? 'there are no keys' : `${holder} has no keys`);
      print(listed);
    });
};

/** The key stores that lie at hand, each opened once. */
class Stores {
  private readonly kids = new Map<string, Promise<ReadonlySet<string>>>();
  constructor(
    private readonly place: KeyStorePlace | undefined,
    private readonly sandbox: string | undefined,
    private readonly snapshot: Snapshot,
  ) {}

  /** @returns undefined where there is no store to look in */
  async holds(holder: string, kid: string): Promise<boolean | undefined> {
    const place = this.place ?? (this.sandbox === undefined ? undefined : storeIn(this.sandbox, this.snapshot, holder));
    if (place === undefined || !existsSync(place.file)) return undefined;
    const kids =
      this.kids.get(place.file) ?? readKeyStore(place).then(({ keys }) => new Set(keys.map((key) => key.kid)));
    this.kids.set(place.file, kids);
    return (await kids).has(kid);
  }
}
