import { messageTypes } from '#legal-basis';
import { holdsFreeText, type ClaimedItem } from './attached.js';
import type { Manifest } from '#envelope';
import type { Snapshot } from '#snapshot';

/** Obstacles that are found before the law is asked: they make a decision `deny`, since the sender is established. */
export const OBSTACLES = [
  'ATTACHMENT_ITEM_UNKNOWN',
  'CIPHERTEXT_DIGEST',
  'CLAIMS_MALFORMED',
  'CLAIMS_TYPE',
  'DOCUMENT_KEY_NOT_LIVE',
  'FUNCTION_UNKNOWN',
  'ISSUED_IN_FUTURE',
  'LIFETIME_TOO_LONG',
  'RECIPIENT_UNKNOWN',
  'SEALING_KEY_NOT_LIVE',
  'TYPE_NOT_SENT',
] as const;
export type VerificationObstacle = (typeof OBSTACLES)[number];

/** By how much a signer's clock may be ahead. */
export const SKEW_MS = 60_000;
const MAX_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * What stands against a message whose sender is established. Computed from what the decision and the manifest carry alone, so that
 * whoever holds the opening computes the same (design.md I7).
 * @param jweSha256 digest of the sealed document that came, as the decision records it
 * @returns sorted
 */
export const obstaclesOf = (
  manifest: Manifest,
  jweSha256: string,
  snapshot: Snapshot,
  decidedAt: Date,
): VerificationObstacle[] => {
  const recipient = snapshot.authority(manifest.recipient);
  const then = snapshot.on(decidedAt);
  const documentKey = then.key(manifest.documentKey);
  const sealingKey = then.key(manifest.sealingKey);
  const issued = Date.parse(manifest.issuedAt);
  const found: VerificationObstacle[] = [];
  if (!attachesItsItems(manifest)) found.push('ATTACHMENT_ITEM_UNKNOWN');
  if (manifest.jwe.sha256 !== jweSha256) found.push('CIPHERTEXT_DIGEST');
  if (documentKey?.use !== 'document' || documentKey.holder !== manifest.sender) found.push('DOCUMENT_KEY_NOT_LIVE');
  if (recipient === undefined) found.push('RECIPIENT_UNKNOWN');
  else if (!recipient.functions.some(({ id }) => id === manifest.recipientFunction)) found.push('FUNCTION_UNKNOWN');
  if (issued > decidedAt.getTime() + SKEW_MS) found.push('ISSUED_IN_FUTURE');
  if (Date.parse(manifest.expiresAt) - issued > MAX_LIFETIME_MS) found.push('LIFETIME_TOO_LONG');
  if (sealingKey?.use !== 'sealing' || sealingKey.holder !== manifest.recipient) found.push('SEALING_KEY_NOT_LIVE');
  if (isNotSent(manifest.messageType)) found.push('TYPE_NOT_SENT');
  return found.sort();
};

/** The law is asked about items: an attachment that holds others, or nothing that words can say, is one that nothing was said of. */
const attachesItsItems = ({ attachments = [], claims }: Manifest): boolean => {
  if (attachments.length === 0) return true;
  const { items } = claims as { readonly items?: unknown };
  const list: readonly (ClaimedItem | null)[] = Array.isArray(items) ? items : [];
  const known = new Map(list.map((item) => [item?.id, item ?? {}]));
  return attachments.every(
    (attachment) => attachment.items.every((id) => known.has(id)) && holdsFreeText(attachment.items, known),
  );
};

/** A record is logged and never sealed or delivered (design.md section 6). A type that nobody knows is refused by the law's check. */
const isNotSent = (type: string): boolean => messageTypes.some(({ id, cls }) => id === type && cls !== 'document');
