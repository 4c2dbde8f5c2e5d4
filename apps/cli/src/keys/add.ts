import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { KeyUse, PublicKey } from '#envelope';
import { changeKeyStore, publicKeysOf, readKeyStore, withKey, withSecret } from '#keystore';
import type { KeyStorePlace } from '#keystore';
import { print } from '../commands.js';
import { placeOf, secretOption } from './place.js';
import type { Secreted } from './place.js';

const USES = [
  'document',
  'sealing',
  'manifest',
  'witness',
  'token',
  'decision',
  'access',
] as const satisfies readonly KeyUse[];

/**
 * Makes one more key in a store. It signs nothing before the keys log has it; a running service finds it by itself.
 * @param holder authority, `gateway:<id>`, `exchange`, `ledger` or `console`
 */
export const addKey = (place: KeyStorePlace, holder: string, use: KeyUse): Promise<PublicKey> =>
  changeKeyStore(place, async (store) => {
    const { content, key } = await withKey(store, holder, use, new Date());
    return { content, result: key };
  });

/** Writes beside a gateway's store what enrolment needs: the newest public key of each use. */
export async function writePublic(place: KeyStorePlace): Promise<string> {
  const file = `${place.file}.public.json`;
  writeFileSync(file, `${JSON.stringify(await publicKeysOf(await readKeyStore(place)), undefined, 2)}\n`);
  return file;
}

/** keys add */
export const addCommand = (keys: Command): void => {
  const command = keys
    .command('add <store> <holder> <use>')
    .description(
      `make one more key for an authority, gateway:<id>, exchange, ledger or console; uses: ${USES.join(', ')}; or storage, a new key for rows at rest`,
    );
  secretOption(command).action(async (store: string, holder: string, use: string, options: Secreted) => {
    const place = placeOf(store, options);
    if (use === 'storage') {
      const id = await changeKeyStore(place, async (content) => {
        const changed = withSecret(content, holder, use, new Date());
        return { content: changed, result: changed.secrets.at(-1)?.id };
      });
      print({ holder, use, id });
      return;
    }
    const known = USES.find((one) => one === use);
    if (known === undefined) throw new Error(`no key is made for ${use}; uses are ${USES.join(', ')}, storage`);
    const { kid, jwk } = await addKey(place, holder, known);
    if (['document', 'sealing', 'manifest', 'witness'].includes(use)) await writePublic(place);
    print({ holder, use, jwk: { ...jwk, kid } });
  });
};
