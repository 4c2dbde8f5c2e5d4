import type { Command } from 'commander';
import { importPrivate } from '#envelope';
import type { PrivateKey } from '#envelope';
import { readKeyStore } from '#keystore';
import type { KeyStorePlace } from '#keystore';
import { broughtKeys, entryOf, possessorsOf, provePossession } from '#snapshot';
import { print } from '../commands.js';
import { give } from '../rules/state.js';
import { below } from './place.js';
import { broughtBy } from './possession.js';
import { keyFrom, readRequest } from './request.js';
import type { ReadRequest } from './request.js';
import { siteOf } from './site.js';

interface Options {
  readonly registry?: string;
  readonly store?: string;
  readonly secret?: string;
  readonly key?: string;
}

/** Private halves of what the request brings, as far as they lie in this store. */
export async function heldOf({ entry }: ReadRequest, place: KeyStorePlace): Promise<readonly PrivateKey[]> {
  const kids = new Set(broughtKeys(entry.statement).map(({ key }) => key.kid));
  const { keys } = await readKeyStore(place);
  return Promise.all(keys.filter(({ kid }) => kids.has(kid)).map(({ jwk, use }) => importPrivate(jwk, use)));
}

/**
 * Adds the proofs of possession that are missing and gives the entry to the registry.
 * @param held private halves of the keys that it brings @throws when one is not here, or with what the registry answered
 */
export async function submit(registry: string, request: ReadRequest, held: readonly PrivateKey[]): Promise<string> {
  const { entry, lines } = request;
  const { statement, principal, possessions } = entry;
  const brought = broughtKeys(statement);
  const { signers, sealing } = broughtBy(held);
  const proofs: string[] = [];
  for (const { kid, use } of possessorsOf(brought, principal.kid)) {
    if (possessions.some((line) => line.kid === kid)) continue;
    const signer = signers.find((one) => one.kid === kid);
    if (signer === undefined) throw new Error(notHere(use, kid));
    proofs.push(await provePossession(principal.text, signer));
  }
  const opens = brought.find(({ key }) => key.use === 'sealing');
  if (opens !== undefined && sealing?.key.kid !== opens.key.kid) throw new Error(notHere('sealing', opens.key.kid));
  await give(registry, entryOf([...lines, ...proofs]), sealing === undefined ? {} : { sealing });
  return statement.id;
}
const notHere = (use: string, kid: string): string =>
  `the private half of the ${use} key ${kid} is not here: submit where its key store lies, with --store and --secret`;

/** keys submit */
export const submitCommand = (keys: Command): void => {
  keys
    .command('submit <request>')
    .description('prove that the keys of a countersigned request are here, and give it to the registry')
    .option('--registry <url>', 'the registry; that of the sandbox without it')
    .option('--store <file>', 'key store with the private halves of the keys that it brings')
    .option('--secret <file>', 'file with the passphrase or secret that opens the store')
    .option('--key <file>', "private half of an administrator's or jurist's key that it brings, a JWK")
    .action(async (file: string, { registry, store, secret, key }: Options, command: Command) => {
      const request = readRequest(file);
      const held: PrivateKey[] = [];
      if (store !== undefined) {
        if (secret === undefined) throw new Error('say with --secret what opens the store');
        held.push(...(await heldOf(request, { file: below(store), secretFile: below(secret) })));
      }
      const [brought] = broughtKeys(request.entry.statement);
      if (key !== undefined && brought !== undefined) held.push(await keyFrom(key, brought.key.use));
      const id = await submit(registry ?? (await siteOf(command)).registry, request, held);
      print({ id, kind: request.entry.statement.kind });
    });
};
