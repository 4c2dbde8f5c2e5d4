import type { KeyUse, Opener, PublicKey, Signer } from '#envelope';
import type { NoteSigner } from '#tlog/build';
import type { SecretUse } from './content.js';
import { KeyStoreError } from './errors.js';

export interface Secret {
  readonly id: number;
  /** 32 octets. */
  readonly octets: Uint8Array;
}

/**
 * All that a service asks of its keys, newest first. A file of private keys is one source; a hardware module can be another: it signs, agrees
 * and never shows a key. Which of several keys is used, its caller chooses by the keys log.
 */
export interface KeySource {
  holders(): readonly string[];
  holds(kid: string): boolean;
  /** ES256. */
  signers(holder: string, use: KeyUse): readonly Signer[];
  /** ECDH-ES on X25519. */
  openers(holder: string): readonly Opener[];
  /** Ed25519 over a note, at once; every key that is held, newest first. */
  noteSigners(holder: string, use: 'witness' | 'log'): readonly Omit<NoteSigner, 'name'>[];
  /** The newest of them. @throws {KeyStoreError} NO_KEY */
  noteSigner(holder: string, use: 'witness' | 'log'): Omit<NoteSigner, 'name'>;
  publicKeys(holder: string, use: KeyUse): readonly PublicKey[];
  /** When a key came to be, where the source knows. */
  madeAt(kid: string): Date | undefined;
  secrets(holder: string, use: SecretUse): readonly Secret[];
  /** Looks for keys that came or went. @returns whether there was anything new */
  reload(): Promise<boolean>;
}

/**
 * The newest signer whose key is live; while that is not known the newest.
 * @param signers newest first
 * @param isLive whether the keys log has this key for its holder and use; undefined: no keys log has been read
 */
export const newestLive = (
  signers: readonly Signer[],
  isLive: (kid: string) => boolean | undefined,
): Signer | undefined => signers.find(({ kid }) => isLive(kid) ?? true);

/**
 * A signer that chooses its key anew at each signature. While none is live the newest signs: what it signs is refused by whoever verifies, and
 * that is where it shows.
 */
export function liveSigner(signers: () => readonly Signer[], isLive: (kid: string) => boolean | undefined): Signer {
  const choose = (): Signer => {
    const held = signers();
    const found = newestLive(held, isLive) ?? held[0];
    if (found === undefined) throw new KeyStoreError('NO_KEY');
    return found;
  };
  return {
    get kid() {
      return choose().kid;
    },
    sign: (typ, payload, critical) => choose().sign(typ, payload, critical),
  };
}
