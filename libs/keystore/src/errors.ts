export type KeyStoreErrorCode =
  /** Wrong passphrase or secret file, or a file that was changed: the two cannot be told apart. */
  | 'WRONG_SECRET'
  /** No key store of this version, or one whose parameters are not ours. */
  | 'NOT_A_KEY_STORE'
  /** Others than its owner may read or write the store, or others than owner and group the secret. */
  | 'OPEN_TO_OTHERS'
  | 'WEAK_SECRET'
  | 'NOT_FOUND'
  | 'ALREADY_THERE'
  /** Another change is under way, or one was cut off and its `.new` file lies there. */
  | 'BUSY'
  | 'UNKNOWN_KEY'
  | 'KEY_IS_LIVE'
  /** No key of this holder and use, or none that is live. */
  | 'NO_KEY';

const texts: Readonly<Record<KeyStoreErrorCode, string>> = {
  WRONG_SECRET: 'the key store does not open: wrong passphrase or secret file, or the file was changed',
  NOT_A_KEY_STORE: 'this is no key store',
  OPEN_TO_OTHERS: 'others can read this file: give it mode 0600',
  WEAK_SECRET: 'a passphrase has at least 16 octets',
  NOT_FOUND: 'there is no such file',
  ALREADY_THERE: 'there is a file already, and it is not written over',
  BUSY: 'another change is under way; if none is, delete the file that ends in .new',
  UNKNOWN_KEY: 'the store does not hold this key',
  KEY_IS_LIVE: 'this key is live: revoke it first, or what is sealed to it can never be opened',
  NO_KEY: 'the store holds no key for this',
};

/** Why a key store was not read or changed. Names files and holders, never keys or secrets. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  constructor(
    readonly code: KeyStoreErrorCode,
    /** File or holder. */
    readonly about?: string,
    options?: ErrorOptions,
  ) {
    super(about === undefined ? texts[code] : `${about}: ${texts[code]}`, options);
  }
}
