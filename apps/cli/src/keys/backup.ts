import type { Command } from 'commander';
import { createKeyStore, makeSecret, readKeyStore } from '#keystore';
import type { KeyStoreContent } from '#keystore';
import { print } from '../commands.js';
import { below, placeOf, secretOption } from './place.js';
import type { Secreted } from './place.js';

interface BackupOptions extends Secreted {
  readonly out: string;
  readonly outSecret: string;
}

/** What a store holds, without anything of it. */
const told = ({ keys, secrets }: KeyStoreContent): object => ({
  keys: keys.map(({ holder, use, kid, madeAt }) => ({ holder, use, kid, madeAt })),
  secrets: secrets.map(({ holder, use, id, madeAt }) => ({ holder, use, id, madeAt })),
});

/** keys backup, restore, show */
export const backupCommands = (keys: Command): void => {
  const copy = (name: string, description: string): void => {
    const command = keys
      .command(`${name} <store>`)
      .description(description)
      .requiredOption('--out <file>', 'the store to write; never written over')
      .requiredOption(
        '--out-secret <file>',
        'file with the passphrase or secret that opens it; made when it is not there',
      );
    secretOption(command).action(async (store: string, options: BackupOptions) => {
      const content = await readKeyStore(placeOf(store, options));
      const out = { file: below(options.out), secretFile: below(options.outSecret) };
      makeSecret(out.secretFile);
      await createKeyStore(out, content);
      // Read again: a backup that nobody has opened is none.
      print({ store: out.file, secret: out.secretFile, ...told(await readKeyStore(out)) });
    });
  };
  copy('backup', 'write the store anew under another passphrase, to be kept apart, and open it once');
  copy('restore', 'write a backup as a store again, under the secret that the service will have');
  secretOption(
    keys.command('show <store>').description('open a store or a backup, and tell which keys it holds; prints no key'),
  ).action(async (store: string, options: Secreted) => print(told(await readKeyStore(placeOf(store, options)))));
};
