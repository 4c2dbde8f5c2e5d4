import {
  EnvelopeError,
  parseDecision,
  parseManifest,
  parseNotice,
  parseReceipt,
  parseRecordedDisclosure,
  parseRefusal,
  typOf,
} from '#envelope';
import type { Decision, Notice } from '#envelope';
import { canonicalize } from '#json';
import type { JsonValue } from '#json';
import { ClaimsError, parseClaims } from '#legal-basis';
import type { Claims } from '#legal-basis';
import { parseProof } from '#tlog/verify';
import type { EvidenceFile } from './evidence-format.js';
import { attempt } from './say.js';

type Members = Readonly<Record<string, unknown>>;
/** What a console's page about one disclosure shows of the log, as the page itself says it. */
export interface ShownPage {
  readonly messageId: string;
  /** That the assignment opens; members of others are absent. */
  readonly fields: readonly string[];
  /** The log's, when the page was made: what stands later in it the page could not show. Decimal. */
  readonly size: string;
  readonly records: readonly Members[];
  readonly timeline: readonly Members[];
}

/** How a page and the evidence for it differ. */
export interface Unlike {
  /** `other`: the page says other than the entry. `left-out`: it does not say what the entry says. `not-proven`: it says what no entry proves. */
  readonly how: 'other' | 'left-out' | 'not-proven';
  /** Absent: the entry as a whole. */
  readonly member?: ShownMember;
  /** Of the entry in the log, decimal. */
  readonly index: string;
}

/** Members of a record, and what an assignment must open for each. */
const OF_RECORD = {
  index: 'parties',
  record: 'parties',
  messageId: 'parties',
  attempt: 'parties',
  number: 'parties',
  at: 'parties',
  sender: 'parties',
  recipient: 'parties',
  outcome: 'parties',
  messageType: 'parties',
  channel: 'parties',
  identityCheck: 'parties',
  disclosedAt: 'parties',
  kind: 'ground',
  force: 'ground',
  purpose: 'ground',
  grounds: 'ground',
  versions: 'ground',
  reasons: 'ground',
  ruleSet: 'ground',
  engineVersion: 'ground',
  verdict: 'ground',
  initiative: 'ground',
  categories: 'facts',
  facts: 'facts',
  derived: 'facts',
  items: 'facts',
  officers: 'assessments',
  assessments: 'assessments',
  caseId: 'case',
  requestId: 'case',
  receivedAt: 'receipts',
} as const;
/** Members of something that happened. */
const OF_HAPPENING = [
  'index',
  'entryId',
  'at',
  'kind',
  'messageId',
  'sender',
  'recipient',
  'attempt',
  'outcome',
  'reason',
  'statedAt',
] as const;
/** Members that no entry says: what the directory and the console make of it. */
export const NOT_OF_THE_LOG: readonly string[] = ['senderKind', 'recipientKind', 'receiptDueAt'];
export type ShownMember = keyof typeof OF_RECORD | (typeof OF_HAPPENING)[number];

/** Openings are shown whole or not at all: those with a verdict where all of these are opened (docs/adr/0019-assignments.md). */
const JUDGED = ['ground', 'facts', 'assessments', 'case'] as const;
/** Happenings that are records themselves. */
const RECORDS: readonly unknown[] = ['decision', 'refusal-recorded', 'disclosure-recorded'];

/** Which openings an assignment of these fields shows, and so what of its pages can be proven. */
export const provable = (fields: readonly string[]): { readonly records: boolean; readonly receipts: boolean } => ({
  records: JUDGED.every((field) => fields.includes(field)),
  receipts: fields.includes('receipts'),
});

/** @returns undefined when it is none */
export function parseShownPage(value: unknown): ShownPage | undefined {
  const { messageId, fields, size, records, timeline } = (value ?? {}) as Partial<Record<keyof ShownPage, unknown>>;
  const isList = (list: unknown): list is readonly Members[] =>
    Array.isArray(list) && list.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
  const areTexts = Array.isArray(fields) && fields.every((one) => typeof one === 'string');
  if (typeof messageId !== 'string' || !areTexts || typeof size !== 'string' || !/^\d{1,18}$/.test(size))
    return undefined;
  return isList(records) && isList(timeline) ? { messageId, fields, size, records, timeline } : undefined;
}

/**
 * Holds a page against its evidence, member by member.
 * @param file that has been verified: nothing here looks at a signature or a proof again
 */
export function unlike(page: ShownPage, file: EvidenceFile): readonly Unlike[] {
  const { fields } = page;
  const proven = provable(fields);
  const read = file.entries.flatMap(
    ({ entry, annex = '', proof }) =>
      attempt(
        () => said(entry, annex, parseProof(proof).index.toString()),
        EnvelopeError,
        () => undefined,
      ) ?? [],
  );
  const records = proven.records ? withReceipts(read) : [];
  const opened = (member: string): boolean => {
    const field = (OF_RECORD as Readonly<Record<string, string>>)[member];
    return field === undefined || fields.includes(field);
  };
  const isProven = (happening: Members): boolean =>
    RECORDS.includes(happening['kind']) ? proven.records : proven.receipts;
  const happenings = read.flatMap(({ happening }) => (isProven(happening) ? [happening] : []));
  return [
    ...compared(page, proven.records ? page.records : [], records, opened),
    ...compared(page, page.timeline.filter(isProven), happenings, () => true),
  ];
}

/** Members of one list of the page against those of the entries, each by its place in the log. */
function compared(
  page: ShownPage,
  shown: readonly Members[],
  proven: readonly Members[],
  opened: (member: string) => boolean,
): readonly Unlike[] {
  const byIndex = new Map(proven.map((one) => [one['index'], one]));
  const there = new Set(shown.map((one) => one['index']));
  const omitted = proven
    .filter(({ index }) => !there.has(index) && BigInt(String(index)) < BigInt(page.size))
    .map(({ index }): Unlike => ({ how: 'left-out', index: String(index) }));
  const otherwise = shown.flatMap((one): readonly Unlike[] => {
    const index = String(one['index']);
    const entry = byIndex.get(one['index']);
    if (entry === undefined) return [{ how: 'not-proven', index }];
    const members = new Set([...Object.keys(one), ...Object.keys(entry).filter(opened)]);
    return [...members].flatMap((name) => {
      if (NOT_OF_THE_LOG.includes(name)) return [];
      const [here, said] = [valueOf(one[name]), valueOf(entry[name])];
      if (here === said) return [];
      // A receipt that came while the page was made.
      if (name === 'receivedAt' && here === undefined && isLater(entry, page)) return [];
      const how = here === undefined ? 'left-out' : said === undefined ? 'not-proven' : 'other';
      return [{ how, member: name as ShownMember, index }];
    });
  });
  return [...omitted, ...otherwise];
}

const isLater = (entry: Members, { size }: ShownPage): boolean =>
  typeof entry[RECEIPT_AT] === 'string' && BigInt(entry[RECEIPT_AT]) >= BigInt(size);
/** Where the receipt stands that `receivedAt` is of: not shown, and not compared. */
const RECEIPT_AT = '#receipt';

/** The same for what says the same: instants in any spelling, members in any order. */
const valueOf = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return new Date(value).toISOString();
  return canonicalize(value as JsonValue);
};

interface Said {
  readonly happening: Members;
  readonly record?: Members;
  readonly entryId: string;
  /** A technical receipt of this decision. */
  readonly receiptOf?: string;
}

/** @throws {EnvelopeError} */
function said(entry: string, annex: string, index: string): Said | undefined {
  switch (typOf(entry)) {
    case 'delge-decision+jws': {
      const { decision } = parseDecision(entry);
      const { decidedAt: at, entryId, outcome } = decision;
      const { claims } = parseManifest(annex).manifest;
      return {
        entryId,
        happening: happened(index, { ...decision, at }, { outcome }),
        record: recorded(index, 'decision', { ...decision, at, claims }),
      };
    }
    case 'delge-notice+jws':
      return noticed(parseNotice(entry).notice, annex, index);
    default:
      return undefined;
  }
}

function noticed(notice: Notice, annex: string, index: string): Said | undefined {
  const { entryId, kind, messageId, sender, recipient, number } = notice;
  if (messageId === undefined || sender === undefined || recipient === undefined) return undefined;
  const about = { ...notice, messageId, sender, recipient };
  if (kind === 'receipt-recorded') {
    const { receipt } = parseReceipt(annex);
    const { reason, at: statedAt, decisionEntryId } = receipt;
    const happening = happened(index, about, {
      kind: receipt.kind,
      statedAt,
      ...(reason === undefined ? {} : { reason }),
    });
    return { entryId, happening, ...(receipt.kind === 'technical' ? { receiptOf: decisionEntryId } : {}) };
  }
  if (number === undefined || (kind !== 'refusal-recorded' && kind !== 'disclosure-recorded'))
    return { entryId, happening: happened(index, about, {}) };
  const isRefusal = kind === 'refusal-recorded';
  const stated = isRefusal ? parseRefusal(annex).refusal : parseRecordedDisclosure(annex).recorded;
  const record = recorded(index, isRefusal ? 'refusal' : 'recorded', { ...stated, ...about, number });
  return { entryId, happening: happened(index, about, { outcome: stated.outcome }), record };
}

/** Records, each with when its technical receipt came. */
const withReceipts = (read: readonly Said[]): readonly Members[] =>
  read.flatMap(({ record, entryId }) => {
    if (record === undefined) return [];
    const [first] = read
      .filter(({ receiptOf }) => receiptOf === entryId)
      .toSorted((a, b) => (BigInt(String(a.happening['index'])) < BigInt(String(b.happening['index'])) ? -1 : 1));
    if (first === undefined) return [record];
    const receipt = { receivedAt: first.happening['at'] };
    return [Object.defineProperty({ ...record, ...receipt }, RECEIPT_AT, { value: first.happening['index'] })];
  });

const happened = (index: string, from: object, more: Members): Members =>
  present({ ...picked(from, OF_HAPPENING), index, ...more });

interface Judged extends Pick<Decision, 'outcome' | 'verdict' | 'ruleSet' | 'engineVersion' | 'number' | 'caseId'> {
  readonly claims: object;
  readonly at: string;
  readonly officer?: string;
}
interface Verdict {
  readonly kind?: string;
  readonly force?: string;
  readonly bases?: readonly string[];
  readonly codes?: readonly string[];
}

function recorded(index: string, record: string, judged: Judged): Members {
  const claims = claimsOf(judged.claims);
  const { kind, force, bases = [], codes = [] } = judged.verdict as Verdict;
  const { officer } = judged;
  const own = picked(judged, Object.keys(OF_RECORD));
  const claimed = claims === undefined ? {} : picked(claims, CLAIMED);
  return present({
    ...own,
    ...claimed,
    ...{ index, record, kind, force },
    messageType: claims?.messageType ?? 'unknown',
    purpose: claims?.purpose ?? 'unknown',
    grounds: unique(claims?.bases.map(({ id }) => id) ?? []),
    versions: unique(bases),
    reasons: judged.outcome === 'permit' ? [] : unique(codes.map((code) => code.split(' ')[0] ?? code)),
    categories: unique(claims?.items.map(({ dataCategory }) => dataCategory) ?? []),
    officers: unique([
      ...(claims?.assessments.map((one) => one.officer) ?? []),
      ...(officer === undefined ? [] : [officer]),
    ]),
  });
}
const CLAIMED = ['initiative', 'requestId', 'facts', 'derived', 'items', 'assessments'] as const;

const claimsOf = (value: object): Claims | undefined => {
  try {
    return parseClaims(value as JsonValue);
  } catch (error) {
    if (error instanceof ClaimsError) return undefined;
    throw error;
  }
};
const picked = (from: object, names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
const present = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
