export {
  AUTHORITY_USES,
  GATEWAY_USES,
  emptyContent,
  gatewayContent,
  newestKey,
  publicKeysOf,
  withKey,
  withSecret,
  withoutKey,
  type HeldKey,
  type HeldSecret,
  type KeyStoreContent,
  type OpenJwk,
  type PublicKeys,
  type SecretUse,
} from './content.js';
export { KeyStoreError, type KeyStoreErrorCode } from './errors.js';
export { FileKeys } from './file-keys.js';
export { liveSigner, newestLive, type KeySource, type Secret } from './key-source.js';
export {
  changeKeyStore,
  createKeyStore,
  makeSecret,
  readKeyStore,
  readKeyStoreSync,
  type KeyStorePlace,
} from './store-file.js';
