import { createHash } from 'node:crypto';
import { EnvelopeError, parseExportCover, verifyExportCover } from '#envelope';
import type { ExportCover } from '#envelope';
import type { JsonValue } from '#json';
import type { Trust } from '#snapshot';
import { hasOnly, isObject, isText, json } from './bundle-format.js';
import { parseEvidencePage } from './evidence-format.js';
import type { EvidenceFile } from './evidence-format.js';
import { keysLogOf } from './keys.js';
import { Findings } from './report.js';
import type { Finding } from './findings.js';
import type { Say } from './say.js';

export const COVER_FORMAT = 'delge-export-cover/1';

/** What lies beside an exported file, `<name>.delge-cover.json`. */
export interface CoverFile {
  readonly format: typeof COVER_FORMAT;
  /** `delge-export-cover+jws`. */
  readonly cover: string;
  /** The `keys` log whole, as in an evidence file. */
  readonly keys: EvidenceFile['keys'];
}

const LIMITS = { maxBytes: 64 * 1024 * 1024, maxDepth: 8 };

/** @returns undefined when it is not one */
export function parseCoverFile(bytes: Uint8Array): CoverFile | undefined {
  const value = json(bytes, LIMITS);
  if (!isObject(value) || !hasOnly(value, ['format', 'cover', 'keys'])) return undefined;
  const { format, cover, keys } = value;
  if (format !== COVER_FORMAT || !isText(cover) || !isObject(keys) || !hasOnly(keys, ['checkpoint', 'entries']))
    return undefined;
  const { checkpoint, entries } = keys;
  if (!isText(checkpoint) || !Array.isArray(entries)) return undefined;
  const texts = entries.filter((one: JsonValue): one is string => isText(one));
  if (texts.length !== entries.length) return undefined;
  return { format, cover, keys: { checkpoint, entries: texts } };
}

export interface ExportReport {
  readonly findings: readonly Finding[];
  /** What the cover says, where its signature holds. */
  readonly cover?: ExportCover;
  /** Of an evidence page: what it holds, to be verified one by one. */
  readonly evidence?: readonly EvidenceFile[];
}

/**
 * Whether a file is the one that the console's cover sheet says: signed by an access key of the console's that was live by the `keys` log it names,
 * with this SHA-256, so many octets and so many disclosures. That the export stands in the log is shown by its entry, `entryId`.
 */
export async function verifyExport(file: Uint8Array, coverFile: Uint8Array, trust: Trust): Promise<ExportReport> {
  const findings = new Findings();
  const read = parseCoverFile(coverFile);
  if (read === undefined) {
    findings.say('file-malformed');
    return { findings: findings.all() };
  }
  const cover = await signedCover(read, trust, findings.say);
  if (cover === undefined) return { findings: findings.all() };
  const digest = createHash('sha256').update(file).digest('base64url');
  if (digest !== cover.sha256 || file.byteLength !== cover.octets) {
    findings.say('file-digest');
    return { findings: findings.all(), cover };
  }
  const evidence = cover.format === 'evidence' ? parseEvidencePage(file) : undefined;
  if (cover.format === 'evidence' && evidence === undefined) findings.say('file-malformed');
  else if ((evidence?.length ?? recordsIn(file, cover.format)) !== cover.count) findings.say('annex-binding');
  return { findings: findings.all(), cover, ...(evidence === undefined ? {} : { evidence }) };
}

async function signedCover({ cover: text, keys }: CoverFile, trust: Trust, say: Say): Promise<ExportCover | undefined> {
  const log = await keysLogOf(
    keys.checkpoint,
    keys.entries.map((entry) => Buffer.from(entry, 'utf8')),
    trust,
    say,
  );
  if (log === undefined) return undefined;
  try {
    const { cover, kid } = parseExportCover(text);
    if (cover.env !== trust.environment) {
      say('wrong-environment');
      return undefined;
    }
    const size = BigInt(cover.keys.size);
    if (size > log.size) {
      say('keys-shorter');
      return undefined;
    }
    const snapshot = log.at(size);
    if (snapshot.rootBase64 !== cover.keys.root) {
      say('keys-head');
      return undefined;
    }
    const key = snapshot.on(new Date(cover.at)).key(kid);
    if (key?.use !== 'access' || key.holder !== 'console') {
      say('entry-key');
      return undefined;
    }
    await verifyExportCover(text, key.public);
    return cover;
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    say(error.code === 'BAD_SIGNATURE' ? 'entry-signature' : 'entry-malformed', { why: error.code });
    return undefined;
  }
}

const [LINE_FEED, QUOTE] = [0x0a, 0x22];
/** Lines that end outside of quotation marks; of CSV without its head. */
const recordsIn = (file: Uint8Array, format: ExportCover['format']): number => {
  let lines = 0;
  let isQuoted = false;
  for (const octet of file) {
    if (octet === QUOTE && format !== 'jsonl') isQuoted = !isQuoted;
    else if (octet === LINE_FEED && !isQuoted) lines += 1;
  }
  return format === 'jsonl' ? lines : lines - 1;
};
