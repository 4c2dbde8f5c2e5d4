import type { Command } from 'commander';
import { createKeyStore, gatewayContent, makeSecret } from '#keystore';
import { print } from '../commands.js';
import { writePublic } from './add.js';
import { placeOf, secretOption } from './place.js';
import type { Secreted } from './place.js';

interface InitOptions extends Secreted {
  readonly authority: readonly string[];
  readonly out: string;
}

/** keys init */
export const initCommand = (keys: Command): void => {
  const command = keys
    .command('init <gateway>')
    .description(
      'make the key store of a gateway and of the authorities it hosts, and beside it <store>.public.json with what enrolment needs',
    )
    .requiredOption('--authority <id...>', 'authorities that the gateway hosts')
    .requiredOption('--out <store>', 'the key store to make; never written over');
  secretOption(command).action(async (gateway: string, options: InitOptions) => {
    const place = placeOf(options.out, options);
    // A file that is not there is made: 32 random octets. A passphrase of one's own is put there before.
    makeSecret(place.secretFile);
    await createKeyStore(place, await gatewayContent(gateway, options.authority, new Date()));
    print({ store: place.file, secret: place.secretFile, public: await writePublic(place) });
  });
};
