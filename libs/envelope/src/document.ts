import { JsonError, canonicalBytes, canonicalize, parseStrict } from '#json';
import type { JsonValue } from '#json';
import { attachmentsAgree } from './attachment/attachment.js';
import type { DocumentAttachment } from './attachment/attachment.js';
import { sha256Base64url } from './digest.js';
import { decryptWith, encryptTo } from './ecdh-es.js';
import { EnvelopeError } from './errors.js';
import { kidOf, parseCompact } from './form.js';
import type { PrivateKey, PublicKey } from './keys.js';
import type { Manifest } from './statements.js';
import { verifyToken } from './token.js';
import type { Signer } from './token.js';

/** What a document's signature and its seal are bound to. The same in manifest, seal and document, or nothing is accepted. */
export interface Context {
  readonly v: 1;
  readonly env: string;
  readonly sender: string;
  readonly recipient: string;
  readonly messageId: string;
  /** 1 for the first; raised when a message is sealed again. */
  readonly attempt: number;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** What is signed and sealed: content, and what the document says of itself. */
export interface Document {
  readonly v: 1;
  readonly messageId: string;
  readonly caseId: string;
  readonly type: string;
  readonly sender: string;
  readonly recipient: string;
  readonly recipientFunction: string;
  readonly registration: object;
  readonly content: JsonValue;
  readonly sentAt: string;
  /** Absent when there is none. */
  readonly attachments?: readonly DocumentAttachment[];
}
const DOCUMENT_MEMBERS = 'caseId,content,messageId,recipient,recipientFunction,registration,sender,sentAt,type,v';

/** Octets of a sealed token; the wire's limit is 1 MiB. */
const MAX_SEALED_LENGTH = 900_000;
const SEAL_TYPE = 'delge-seal+jwe';

/** Context of a note that travels sealed beside a receipt; every member stands in the receipt too. */
export interface NoteContext {
  readonly env: string;
  readonly receiptId: string;
  readonly messageId: string;
  readonly attempt: number;
  /** Authority that gives the receipt. */
  readonly by: string;
}

/** What one seal is bound to: the critical `ctx` header and the two parties of the key agreement. */
interface Binding {
  readonly cty: 'delge-document+jws' | 'delge-note';
  readonly ctx: { readonly [name: string]: JsonValue };
  readonly from: string;
  /** Mixed into the key with the recipient key's id. */
  readonly to: string;
}
const contextHeader = ({ v, env, sender, recipient, messageId, attempt, issuedAt, expiresAt }: Context) => ({
  v,
  env,
  sender,
  recipient,
  messageId,
  attempt,
  issuedAt,
  expiresAt,
});
const documentBinding = (context: Context): Binding => ({
  cty: 'delge-document+jws',
  ctx: contextHeader(context),
  from: context.sender,
  to: `${context.env}\n${context.recipient}\n${context.messageId}`,
});
const noteBinding = ({ env, receiptId, messageId, attempt, by }: NoteContext): Binding => ({
  cty: 'delge-note',
  ctx: { v: 1, env, receiptId, messageId, attempt, by },
  from: by,
  to: `${env}\n${receiptId}\n${messageId}`,
});

/** Party information of the key agreement (RFC 7518 section 4.6.1.2): the seal opens for this sender, recipient, key and message alone. */
const partyInfo = (
  { from, to }: Pick<Binding, 'from' | 'to'>,
  kid: string,
): { readonly apu: string; readonly apv: string } => ({
  apu: Buffer.from(from).toString('base64url'),
  apv: sha256Base64url(`${to}\n${kid}`),
});

/** Seals octets to one recipient: JWE, ECDH-ES on X25519 with A256GCM (RFC 7516, RFC 8037), the context in a critical header. */
function seal(plaintext: Uint8Array, { cty, ctx, ...parties }: Binding, { kid, jwk }: PublicKey): string {
  const { apu, apv } = partyInfo(parties, kid);
  const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid, typ: SEAL_TYPE, cty, apu, apv, crit: ['ctx'], ctx };
  return encryptTo(jwk, header, plaintext);
}

const sealMembers = ['alg', 'enc', 'kid', 'typ', 'cty', 'apu', 'apv', 'crit', 'ctx', 'epk'];

/** Reads a seal's header, and holds it against what it must be bound to, before anything is opened. @throws {EnvelopeError} */
function requireBinding(jwe: string, binding: Binding, kid: string): void {
  const { header, octets } = parseCompact(jwe, 5, MAX_SEALED_LENGTH);
  const [encryptedKey, iv, , tag] = octets as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  // The key is agreed on and none is sent; nonce and tag are of one length (RFC 7518 section 5.3).
  if (encryptedKey.length !== 0 || iv.length !== 12 || tag.length !== 16) throw new EnvelopeError('MALFORMED_TOKEN');
  if (header['typ'] !== SEAL_TYPE || header['cty'] !== binding.cty) throw new EnvelopeError('WRONG_TYPE');
  if (header['alg'] !== 'ECDH-ES' || header['enc'] !== 'A256GCM') throw new EnvelopeError('WRONG_ALGORITHM');
  if (Object.keys(header).length !== sealMembers.length || !sealMembers.every((name) => name in header)) {
    throw new EnvelopeError('FORBIDDEN_HEADER');
  }
  if (canonicalize(header['crit']) !== '["ctx"]') throw new EnvelopeError('FORBIDDEN_HEADER');
  if (kidOf(header) !== kid) throw new EnvelopeError('WRONG_KEY');
  const { apu, apv } = partyInfo(binding, kid);
  if (header['apu'] !== apu || header['apv'] !== apv || canonicalize(header['ctx']) !== canonicalize(binding.ctx)) {
    throw new EnvelopeError('WRONG_CONTEXT');
  }
}

/** Opens seals with the key of one holder; a hardware module can stand behind it later. */
export interface Opener {
  readonly kid: string;
  /** @throws {EnvelopeError} NOT_OPENED, whatever went wrong inside */
  open(jwe: string): Promise<Uint8Array>;
}
export function localOpener(key: PrivateKey): Opener {
  return {
    kid: key.kid,
    async open(jwe) {
      try {
        return decryptWith(key.privateJwk, jwe, MAX_SEALED_LENGTH);
      } catch (cause) {
        throw new EnvelopeError('NOT_OPENED', undefined, { cause });
      }
    },
  };
}

function unseal(jwe: string, binding: Binding, opener: Opener): Promise<Uint8Array> {
  requireBinding(jwe, binding, opener.kid);
  return opener.open(jwe);
}

export interface SealedDocument {
  /** The signed document: the sender's proof of what was sent. */
  readonly jws: string;
  readonly jwe: string;
  readonly jweSha256: string;
}

/** Signs a document for its context and seals it to the recipient. @param document the octets, never canonicalised again */
export async function sealDocument(input: {
  readonly document: Uint8Array;
  readonly context: Context;
  readonly documentSigner: Signer;
  readonly sealingKey: PublicKey;
}): Promise<SealedDocument> {
  const { document, context, documentSigner, sealingKey } = input;
  const jws = await documentSigner.sign('delge-document+jws', document, { ctx: contextHeader(context) });
  const jwe = seal(Buffer.from(jws), documentBinding(context), sealingKey);
  return { jws, jwe, jweSha256: sha256Base64url(jwe) };
}

/** Opens the seal of a document. @returns the signed document, not verified yet. @throws {EnvelopeError} */
export const unsealDocument = async (jwe: string, context: Context, opener: Opener): Promise<string> =>
  Buffer.from(await unseal(jwe, documentBinding(context), opener)).toString('latin1');

/**
 * Verifies that its sender signed a document for this context.
 * @param documentKey the sender's live key; the caller finds it by the kid that manifest and document must share
 * @returns the document's octets
 * @throws {EnvelopeError}
 */
export async function verifyDocument(jws: string, context: Context, documentKey: PublicKey): Promise<Uint8Array> {
  const token = await verifyToken(jws, 'delge-document+jws', documentKey, ['ctx']);
  if (canonicalize(token.header['ctx']) !== canonicalize(contextHeader(context)))
    throw new EnvelopeError('WRONG_CONTEXT');
  return token.payload;
}

/** The context that a document and its seal must share with this manifest. */
export const contextOf = (manifest: Manifest): Context => contextHeader(manifest);

/**
 * Reads a document's octets, in their one canonical form.
 * @returns undefined unless it says of itself what the manifest says of it
 */
export function documentOf(octets: Uint8Array, manifest: Manifest): Document | undefined {
  let value: JsonValue;
  try {
    value = parseStrict(octets);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const document = value as unknown as Document;
  const agree =
    Object.keys(document)
      .filter((member) => member !== 'attachments')
      .sort()
      .join() === DOCUMENT_MEMBERS &&
    attachmentsAgree(document.attachments, manifest.attachments) &&
    document.v === 1 &&
    document.messageId === manifest.messageId &&
    document.caseId === manifest.caseId &&
    document.type === manifest.messageType &&
    document.sender === manifest.sender &&
    document.recipient === manifest.recipient &&
    document.recipientFunction === manifest.recipientFunction &&
    document.sentAt === manifest.issuedAt &&
    typeof document.content === 'object' &&
    document.content !== null &&
    typeof document.registration === 'object' &&
    document.registration !== null &&
    Buffer.compare(canonicalBytes(document), octets) === 0;
  return agree ? document : undefined;
}

/** Seals a note that travels beside a receipt, such as a diary number, to the other party of the message. */
export const sealTo = (sealingKey: PublicKey, note: Uint8Array, context: NoteContext): Promise<string> =>
  Promise.resolve(seal(note, noteBinding(context), sealingKey));

/** @throws {EnvelopeError} */
export const openNote = async (opener: Opener, jwe: string, context: NoteContext): Promise<Uint8Array> =>
  unseal(jwe, noteBinding(context), opener);
