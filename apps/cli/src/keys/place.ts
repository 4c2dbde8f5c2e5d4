import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { KeyStorePlace } from '#keystore';

/** A path as whoever calls the command means it. */
export const below = (path: string): string => resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path);

export interface Secreted {
  readonly secret: string;
}
/** Adds the option by which a command is given what opens the store. */
export const secretOption = (command: Command): Command =>
  command.requiredOption('--secret <file>', 'file with the passphrase or secret that opens the store');
export const placeOf = (store: string, { secret }: Secreted): KeyStorePlace => ({
  file: below(store),
  secretFile: below(secret),
});
export const publicFile = (store: string): string => `${below(store)}.public.json`;
