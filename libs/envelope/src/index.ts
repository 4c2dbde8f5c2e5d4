export { sha256Base64url, messageIdOf } from './digest.js';
export {
  openNote,
  localOpener,
  sealDocument,
  sealTo,
  type Context,
  type NoteContext,
  type Opener,
  type SealedDocument,
  unsealDocument,
  verifyDocument,
} from './document.js';
export { EnvelopeError, type EnvelopeErrorCode } from './errors.js';
export {
  privateCryptoKey,
  publicCryptoKey,
  generateKey,
  importPrivate,
  importPublic,
  type KeyUse,
  type PrivateKey,
  type PublicKey,
} from './keys.js';
export {
  parseDecision,
  parseManifest,
  parseNotice,
  parseReceipt,
  parseRefusal,
  signDecision,
  signManifest,
  signNotice,
  signReceipt,
  signRefusal,
  verifyDecision,
  verifyManifest,
  verifyNotice,
  verifyReceipt,
  verifyRefusal,
  type Decision,
  type KeysHead,
  type Manifest,
  type Notice,
  type Receipt,
  type Refusal,
  type RuleSetReference,
} from './statements.js';
export { localSigner, parseToken, verifyToken, type ParsedToken, type Signer, type Typ } from './token.js';
