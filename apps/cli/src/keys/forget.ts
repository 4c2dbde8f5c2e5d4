import type { Command } from 'commander';
import { KeyStoreError, changeKeyStore, newestKey, withoutKey } from '#keystore';
import type { KeyStorePlace } from '#keystore';
import { print } from '../commands.js';
import { placeOf, secretOption } from './place.js';
import type { Secreted } from './place.js';
import { readTrustFile } from './request.js';
import { readKeys, siteOf } from './site.js';

interface ForgetOptions extends Secreted {
  readonly ledger?: string;
  readonly trust?: string;
}

/**
 * Takes a key out of its store for good: what was sealed to it, and recorded on its way, can be opened by nobody any more.
 * @param isLive as the keys log says; the newest token key, which stands in no log, is live too
 * @throws {KeyStoreError} KEY_IS_LIVE, UNKNOWN_KEY
 */
export async function forgetKey(place: KeyStorePlace, kid: string, isLive: boolean): Promise<void> {
  if (isLive) throw new KeyStoreError('KEY_IS_LIVE', kid);
  await changeKeyStore(place, async (content) => {
    // No log has token keys: the newest is what its gateway signs by.
    const key = content.keys.find((one) => one.kid === kid);
    if (key?.use === 'token' && newestKey(content, key.holder, 'token').kid === kid)
      throw new KeyStoreError('KEY_IS_LIVE', kid);
    return { content: withoutKey(content, kid), result: undefined };
  });
}

/** keys forget */
export const forgetCommand = (keys: Command): void => {
  const command = keys
    .command('forget <store> <kid>')
    .description(
      'destroy a key that has ended; refused while it is live. Backups that hold it are yours to destroy too',
    )
    .option('--ledger <url>', 'the ledger; that of the sandbox without it')
    .option('--trust <file>', 'trust.json');
  secretOption(command).action(async (store: string, kid: string, options: ForgetOptions) => {
    const { ledger, trust } = options;
    const site =
      ledger !== undefined && trust !== undefined
        ? { ledger, trust: await readTrustFile(trust) }
        : await siteOf(command);
    const { snapshot } = await readKeys(site.ledger, site.trust);
    await forgetKey(placeOf(store, options), kid, snapshot.on(new Date()).key(kid) !== undefined);
    print({ kid, store: placeOf(store, options).file, forgotten: true });
  });
};
