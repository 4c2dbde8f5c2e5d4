import { canonicalBytes, canonicalize } from '#json';
import { count, digest, instant, listOf, oneOf, record, text, uuid } from '../codec.js';
import type { Manifest } from '../statements.js';
import { SUITE, encryptedLength } from './chunked.js';

/** Octets of all attachments of a message together. */
export const MAX_ATTACHMENT_BYTES = 2 * 1024 ** 3;
export const MOST_ATTACHMENTS = 20;

/** What its sender found when it looked for malware. What was found infected is never sent. */
export type MalwareFinding = 'clean' | 'not-scanned';
export interface MalwareVerdict {
  readonly finding: MalwareFinding;
  /** Program and version of signatures, as the sender names it; absent when nothing was scanned. */
  readonly scanner?: string;
  readonly at?: string;
}

/** An attachment as the manifest has it, readable outside: digest, length and codes, never a name. */
export interface ManifestAttachment {
  readonly id: string;
  /** Digest of the ciphertext. */
  readonly sha256: string;
  /** Octets of the ciphertext. */
  readonly length: number;
  readonly suite: typeof SUITE;
  /** Items of the claims that it holds: what the law said of them holds for it. */
  readonly items: readonly string[];
  readonly malware: MalwareFinding;
}

/** An attachment as the document has it, sealed to the recipient. */
export interface DocumentAttachment {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  /** Octets of the plaintext. */
  readonly length: number;
  /** Digest of the plaintext. */
  readonly sha256: string;
  /** base64url, 32 octets, random for each attachment and recipient. */
  readonly key: string;
  readonly items: readonly string[];
  readonly malware: MalwareVerdict;
}

const item = text(/^[A-Za-z0-9][A-Za-z0-9:._~@/-]{0,255}$/);
const distinct = (ids: readonly string[]): boolean => new Set(ids).size === ids.length;

/** Shape of the manifest's member. */
const outside = listOf(
  record({
    id: uuid,
    sha256: digest,
    length: count,
    suite: oneOf(SUITE),
    items: listOf(item),
    malware: oneOf('clean', 'not-scanned'),
  }),
);
export const manifestAttachments = (value: Parameters<typeof outside>[0]): boolean =>
  outside(value) && isFewAndDistinct(value as unknown as readonly ManifestAttachment[]);

/** A name of a file that is no path and no trick: no control or direction characters, no separators. */
export const FILE_NAME = /^(?!\.)[^\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]{1,150}$/u;
export const MEDIA_TYPE = /^[a-z]+\/[a-z0-9][a-z0-9.+-]{0,126}$/;
const length: typeof count = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_ATTACHMENT_BYTES;
const inside = listOf(
  record({
    id: uuid,
    name: text(FILE_NAME),
    mediaType: text(MEDIA_TYPE),
    length,
    sha256: digest,
    key: digest,
    items: listOf(item),
    malware: record({ finding: oneOf('clean', 'not-scanned') }, { scanner: text(/^[^\p{C}]{1,100}$/u), at: instant }),
  }),
);
const isFewAndDistinct = (list: readonly { readonly id: string; readonly items: readonly string[] }[]): boolean =>
  list.length <= MOST_ATTACHMENTS && distinct(list.map(({ id }) => id)) && list.every(({ items }) => distinct(items));

/**
 * Whether document and manifest name the same attachments, in the same order.
 * @param documents the document's member as it was read, undefined when it has none
 */
export function attachmentsAgree(documents: unknown, manifests: Manifest['attachments']): boolean {
  if (documents === undefined || manifests === undefined) return documents === manifests;
  if (!inside(documents as Parameters<typeof inside>[0])) return false;
  const known = documents as readonly DocumentAttachment[];
  return (
    isFewAndDistinct(known) &&
    known.reduce((sum, one) => sum + one.length, 0) <= MAX_ATTACHMENT_BYTES &&
    known.length === manifests.length &&
    known.every((one, at) => {
      const other = manifests[at];
      return (
        other !== undefined &&
        one.id === other.id &&
        encryptedLength(one.length) === other.length &&
        one.malware.finding === other.malware &&
        canonicalize([...one.items]) === canonicalize([...other.items])
      );
    })
  );
}

/** What an attachment's key is bound to: one attachment of one message to one recipient, in one environment. */
export const attachmentContext = (
  { env, sender, recipient, messageId }: Pick<Manifest, 'env' | 'sender' | 'recipient' | 'messageId'>,
  attachmentId: string,
): Uint8Array => canonicalBytes({ purpose: 'delge-attachment', v: 1, env, sender, recipient, messageId, attachmentId });
