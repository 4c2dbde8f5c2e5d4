import {
  EnvelopeError,
  contextOf,
  documentOf,
  parseReceipt,
  parseToken,
  sha256Base64url,
  verifyDocument,
} from '#envelope';
import type { Manifest } from '#envelope';
import { ClaimsError, compareClaims, parseClaims, stockholmDate, validateContent } from '#legal-basis';
import type { JsonValue } from '#json';
import type { Snapshot } from '#snapshot';
import type { Opening } from './facts.js';
import { attempt } from './say.js';
import type { Say } from './say.js';

/**
 * Whether this document is the one that the manifest is about: signed by the document key that the manifest names, for the same message, attempt, parties and
 * times, and holding what was claimed. Nobody keeps the ciphertext: that it enclosed these very octets is what the recipient's receipt says (`attestation`).
 * @param snapshot the keys log at the size that the decision carries
 */
export async function checkDocument(jws: string, manifest: Manifest, snapshot: Snapshot, say: Say): Promise<void> {
  const octets = await signed(jws, manifest, snapshot, say);
  if (octets === undefined) return;
  const document = documentOf(octets, manifest);
  const sender = snapshot.authority(manifest.sender);
  if (document === undefined || sender === undefined) {
    say('content-binding');
    return;
  }
  if (validateContent(document.type, document.content).length > 0) say('content-claims', { why: 'content-invalid' });
  try {
    const claims = parseClaims(manifest.claims as JsonValue);
    const sentOn = stockholmDate(new Date(manifest.issuedAt));
    const differing = compareClaims(manifest.messageType, document.content, claims, sender.kind, sentOn, {
      ...document.registration,
    });
    for (const why of differing) say('content-claims', { why });
  } catch (error) {
    if (!(error instanceof ClaimsError)) throw error;
    say('content-claims', { why: error.code });
  }
}

/** What the recipient's technical receipts for this decision say of the document. @param openings whose signatures and parties are judged elsewhere */
export function attestation(
  jws: string,
  decisionEntryId: string,
  openings: readonly Opening[],
): 'this' | 'another' | 'none' {
  const named = openings.flatMap(({ annex }) => {
    const receipt =
      annex === undefined
        ? undefined
        : attempt(
            () => parseReceipt(annex).receipt,
            EnvelopeError,
            () => undefined,
          );
    const { kind, documentSha256 } = receipt ?? {};
    const isFor = kind === 'technical' && receipt?.decisionEntryId === decisionEntryId;
    return isFor && documentSha256 !== undefined ? [documentSha256] : [];
  });
  if (named.length === 0) return 'none';
  return named.every((digest) => digest === sha256Base64url(jws)) ? 'this' : 'another';
}

async function signed(jws: string, manifest: Manifest, snapshot: Snapshot, say: Say): Promise<Uint8Array | undefined> {
  try {
    const { kid } = parseToken(jws, 'delge-document+jws', ['ctx']);
    const key = snapshot.key(manifest.documentKey);
    if (kid !== manifest.documentKey || key?.use !== 'document' || key.holder !== manifest.sender) {
      say('content-key');
      return undefined;
    }
    return await verifyDocument(jws, contextOf(manifest), key.public);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    say(error.code === 'WRONG_CONTEXT' ? 'content-binding' : 'content-signature', { why: error.code });
    return undefined;
  }
}
