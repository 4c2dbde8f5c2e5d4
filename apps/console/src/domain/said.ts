import { EnvelopeError, parseToken, typOf } from '#envelope';
import type { Typ } from '#envelope';
import { JsonError, parseStrict } from '#json';
import { UUID } from '#contracts';

/** An entry that says what an auditor did. */
export interface OwnEntry {
  readonly entryId: string;
  readonly auditor: string;
  readonly assignment: string;
  readonly kind: string;
  /** Disclosures, or openings of a look. */
  readonly shown?: number;
  readonly at: string;
}
export interface Said {
  /** When its signer says that it was; RFC 3339. Absent of one that cannot be read. */
  readonly at?: string;
  readonly own?: OwnEntry;
}

const AUDITOR = /^[A-Za-z0-9_-]{43}$/;
const KIND = /^[a-z][a-z-]{0,62}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const isText = (value: unknown, form: RegExp): value is string => typeof value === 'string' && form.test(value);

/** What any entry says of itself, of whatever kind: when it was made, and which auditor's act it is. */
export function saidIn(entry: string): Said {
  const payload = payloadOf(entry);
  const { at, entryId, auditor, assignment, kind, shown, seen } = payload;
  if (!isText(at, INSTANT) || Number.isNaN(Date.parse(at))) return {};
  if (!isText(auditor, AUDITOR) || !isText(assignment, UUID) || !isText(entryId, UUID) || !isText(kind, KIND))
    return { at };
  const count = Array.isArray(seen) ? seen.length : shown;
  const own = { entryId, auditor, assignment, kind, at };
  return { at, own: Number.isSafeInteger(count) ? { ...own, shown: Number(count) } : own };
}

const payloadOf = (entry: string): Readonly<Record<string, unknown>> => {
  const typ = typOf(entry);
  if (typ === undefined) return {};
  try {
    const value = parseStrict(parseToken(entry, typ as Typ).payload);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch (error) {
    if (error instanceof EnvelopeError || error instanceof JsonError) return {};
    throw error;
  }
};
