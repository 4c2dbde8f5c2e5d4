import { hasOnly, isObject, isText, json } from './bundle-format.js';
import type { JsonValue } from '#json';

export const EVIDENCE_FORMAT = 'delge-evidence/1';

/** An entry with its opening and what proves its place. */
export interface ProvenEntry {
  /** Compact JWS. */
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  readonly annex?: string;
  /** c2sp.org/tlog-proof@v1 */
  readonly proof: string;
  /** The checkpoint before the first that covers the entry, a signed note: bounds from below when it was signed. */
  readonly before?: string;
}

/** Everything about one message that its parties can prove, `<name>.delge-evidence.json`. */
export interface EvidenceFile {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly origins: { readonly disclosure: string; readonly keys: string };
  readonly messageId: string;
  /** Decisions, receipts and notices, in the order of the log. */
  readonly entries: readonly ProvenEntry[];
  /** The `keys` log whole, each entry's text, up to a checkpoint. */
  readonly keys: { readonly checkpoint: string; readonly entries: readonly string[] };
  /** Rule sets that decisions name, each the text of its bytes. */
  readonly ruleSets?: readonly string[];
  /** Openings of cooperation decisions that claims name, each the text of its bytes. */
  readonly cooperations?: readonly string[];
  /** Consistency proofs between checkpoints of this file, or with the auditor's own: bodies of c2sp.org/tlog-witness add-checkpoint. */
  readonly consistency?: readonly string[];
  /** The document as its sender signed it, compact JWS: what was sent, in the clear. */
  readonly document?: string;
}

export const EVIDENCE_PAGE_FORMAT = 'delge-evidence-page/1';

const LIMITS = { maxBytes: 256 * 1024 * 1024, maxDepth: 8 };
const PAGE_LIMITS = { ...LIMITS, maxDepth: LIMITS.maxDepth + 2 };
const texts = (value: JsonValue | undefined): boolean =>
  value === undefined || (Array.isArray(value) && value.every((one: JsonValue) => isText(one)));
const isEntry = (value: JsonValue): boolean =>
  isObject(value) &&
  hasOnly(value, ['entry', 'blind', 'proof'], ['annex', 'before']) &&
  Object.values(value).every(isText);

/** @returns undefined when it is not one */
export const parseEvidence = (bytes: Uint8Array | string): EvidenceFile | undefined => evidenceOf(json(bytes, LIMITS));

/**
 * Reads a page of evidence: what a list of disclosures is verified by. Its members are `format`, `keys` as in an evidence file, and `evidence`, evidence files
 * without theirs: the one keys log is that of them all.
 * @returns undefined when it is not one
 */
export const parseEvidencePage = (bytes: Uint8Array | string): readonly EvidenceFile[] | undefined =>
  filesOf(json(bytes, PAGE_LIMITS));

/** Reads an evidence file, or a page of evidence. @returns undefined when it is neither */
export function parseEvidenceFiles(bytes: Uint8Array | string): readonly EvidenceFile[] | undefined {
  const value = json(bytes, PAGE_LIMITS);
  const one = evidenceOf(value);
  return one === undefined ? filesOf(value) : [one];
}

function filesOf(value: JsonValue | undefined): readonly EvidenceFile[] | undefined {
  if (!isObject(value) || !hasOnly(value, ['format', 'keys', 'evidence'])) return undefined;
  const { format, keys, evidence } = value;
  if (format !== EVIDENCE_PAGE_FORMAT || keys === undefined || !Array.isArray(evidence)) return undefined;
  const files = evidence.flatMap((one: JsonValue) =>
    isObject(one) && !('keys' in one) ? (evidenceOf({ ...one, keys }) ?? []) : [],
  );
  return files.length === evidence.length ? files : undefined;
}

function evidenceOf(value: JsonValue | undefined): EvidenceFile | undefined {
  const required = ['format', 'origins', 'messageId', 'entries', 'keys'];
  if (!isObject(value) || !hasOnly(value, required, ['ruleSets', 'cooperations', 'consistency', 'document']))
    return undefined;
  const { format, origins, messageId, entries, keys, ruleSets, cooperations, consistency, document } = value;
  const wellFormed =
    format === EVIDENCE_FORMAT &&
    isObject(origins) &&
    hasOnly(origins, ['disclosure', 'keys']) &&
    Object.values(origins).every(isText) &&
    isText(messageId) &&
    Array.isArray(entries) &&
    entries.every(isEntry) &&
    isObject(keys) &&
    hasOnly(keys, ['checkpoint', 'entries']) &&
    isText(keys['checkpoint']) &&
    keys['entries'] !== undefined &&
    texts(keys['entries']) &&
    [ruleSets, cooperations, consistency].every(texts) &&
    (document === undefined || isText(document));
  return wellFormed ? (value as unknown as EvidenceFile) : undefined;
}
