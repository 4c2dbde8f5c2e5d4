import { Option } from 'commander';
import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { generateKey, importPrivate } from '#envelope';
import type { PrivateKey, PublicKey } from '#envelope';
import { newestKey, readKeyStore } from '#keystore';
import type { KeyStorePlace, PublicKeys } from '#keystore';
import { addedUses, usesOf } from '#snapshot';
import type { StatementBody } from '#snapshot';
import { print, readJson } from '../commands.js';
import { existing } from '../files.js';
import { addKey, writePublic } from './add.js';
import { bare } from './enrol.js';
import { below } from './place.js';
import { broughtBy } from './possession.js';
import { readTrustFile, requestOf, signerFrom, writeRequest } from './request.js';
import { ownerOf, readKeys, siteOf, stateInSandbox, storeIn } from './site.js';

/** What is under way to the old key has arrived or expired by then: the longest life of a message, and a day. */
const OVERLAP_MS = (7 + 1) * 24 * 3_600_000;

type Use = (typeof addedUses)[number];
interface Options {
  readonly store?: string;
  readonly secret?: string;
  readonly public?: string;
  readonly keyOut?: string;
  readonly administratorKey?: string;
  readonly trust?: string;
  readonly expiresOn?: string;
  readonly out?: string;
}

export const revocableFrom = (now: Date): string => new Date(now.getTime() + OVERLAP_MS).toISOString();

const added = (holder: string, use: Use, key: PublicKey, expiresOn: string | undefined): StatementBody => ({
  kind: 'key-added',
  holder,
  use,
  key: bare(key.jwk),
  ...(expiresOn === undefined ? {} : { expiresOn }),
});

/** Makes the key in its store; senders and the gateway go over to it when the log has it. */
async function made(place: KeyStorePlace, holder: string, use: Use): Promise<PrivateKey> {
  const { kid } = await addKey(place, holder, use);
  const store = await readKeyStore(place);
  if (store.keys.some((key) => key.use === 'manifest')) await writePublic(place);
  const key = await importPrivate(newestKey(store, holder, use).jwk, use);
  if (key.kid !== kid) throw new Error('another key was made in this store meanwhile');
  return key;
}

/** The newest key of a file that `delge keys init` or `add` wrote. */
function shown({ gateway, manifest, witness, authorities }: PublicKeys, holder: string, use: Use): PublicKey {
  const own = holder === `gateway:${gateway}` ? { manifest, witness } : authorities[holder];
  const jwk = (own as Readonly<Record<string, PublicKeys['manifest'] | undefined>> | undefined)?.[use];
  if (jwk === undefined) throw new Error(`the file has no ${use} key of ${holder}`);
  return { kid: jwk.kid, use, jwk };
}

/** keys rotate */
export const rotateCommand = (keys: Command): void => {
  keys
    .command('rotate <holder> <use>')
    .description(
      `make a new key for an authority, gateway:<id>, participant:<slug>, exchange or ledger, and state it; the old one stays until it is revoked. Uses: ${addedUses.join(', ')}. In a sandbox everything at once`,
    )
    .option('--store <file>', 'key store in which the new key is made')
    .option('--secret <file>', 'file with the passphrase or secret that opens the store')
    .addOption(
      new Option('--public <file>', 'instead: <store>.public.json with the key that `delge keys add` made').conflicts(
        'store',
      ),
    )
    .option(
      '--administrator-key <file>',
      "whose act it is: the administrator's private key; of the operator's services the first operator's",
    )
    .option(
      '--key-out <file>',
      'of participant:<slug>, jurist or administrator: where the new private key is written, a JWK',
    )
    .option('--trust <file>', 'trust.json')
    .option('--expires-on <date>', 'the day on which the new key ends, Europe/Stockholm')
    .option('--out <file>', 'the request to write, for the operators to countersign')
    .action(async (holder: string, use: string, options: Options, command: Command) => {
      const known = addedUses.find((one) => one === use);
      if (known === undefined || !usesOf(holder).includes(known))
        throw new Error(`${holder} has no keys for ${use}; it has ${usesOf(holder).join(', ') || 'none'}`);
      const now = new Date();
      if (options.administratorKey === undefined) {
        print(await inSandbox(command, holder, known, options, now));
        return;
      }
      const { administratorKey, trust, out, expiresOn } = options;
      if (trust === undefined || out === undefined) throw new Error('say --trust and --out');
      const key = await keyOf(holder, known, options);
      const principal = await signerFrom(administratorKey, isService(holder) ? 'operator' : 'administrator');
      const line = await requestOf(await readTrustFile(trust), added(holder, known, key, expiresOn), principal);
      writeRequest(out, [line]);
      print({ holder, use, kid: key.kid, request: out, revokeOldFrom: revocableFrom(now) });
    });
};

const isService = (holder: string): boolean => ['exchange', 'ledger', 'console'].includes(holder);

/** A person's key lies in no key store. */
async function written(use: Use, file: string | undefined): Promise<PrivateKey> {
  if (file === undefined) throw new Error('say with --key-out where the new private key is written');
  const key = await generateKey(use);
  writeFileSync(below(file), `${JSON.stringify({ ...key.privateJwk, kid: key.kid })}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}
const isPerson = (holder: string): boolean => holder.startsWith('participant:');

const keyOf = (holder: string, use: Use, options: Options): Promise<PublicKey> | PublicKey => {
  if (isPerson(holder)) return written(use, options.keyOut);
  if (options.public !== undefined) return shown(readJson(existing(options.public)) as PublicKeys, holder, use);
  const { store, secret } = options;
  if (store === undefined || secret === undefined) throw new Error('say --store and --secret, or --public');
  return made({ file: below(store), secretFile: below(secret) }, holder, use);
};

const inSandbox = async (
  command: Command,
  holder: string,
  use: Use,
  { expiresOn, keyOut }: Options,
  now: Date,
): Promise<object> => {
  const site = await siteOf(command);
  const { snapshot } = await readKeys(site.ledger, site.trust);
  const owner = ownerOf(snapshot, holder);
  const key = isPerson(holder)
    ? await written(use, keyOut)
    : await made(storeIn(site.sandbox, snapshot, holder), holder, use);
  const id = await stateInSandbox(site, owner, added(holder, use, key, expiresOn), broughtBy([key]));
  const old = snapshot.liveKeys(holder, use).map(({ kid }) => kid);
  return { holder, use, kid: key.kid, statement: id, old, revokeOldFrom: revocableFrom(now) };
};
