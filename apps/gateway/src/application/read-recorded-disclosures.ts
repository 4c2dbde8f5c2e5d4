import type { ListRecordedDisclosuresQueryDto, Page, RecordedDisclosureItem, RecordedDisclosureView } from '#contracts';
import { parseNotice } from '#envelope';
import { GatewayError } from '../domain/errors.js';
import { recordStateText } from '../domain/record-state.js';
import type { ListedRecord, RecordNotice, RecordStore, StoredRecord } from './ports/record.js';

/** What an authority sees of the disclosures that it recorded. */
export class ReadRecordedDisclosures {
  constructor(private readonly store: RecordStore) {}

  async list(authority: string, query: ListRecordedDisclosuresQueryDto): Promise<Page<RecordedDisclosureItem>> {
    const rows = await this.store.list(authority, query);
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items: rows.map(itemOf), ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND, ERASED */
  async read(authority: string, id: string): Promise<RecordedDisclosureView> {
    const record = await this.store.find(authority, id);
    if (record === undefined) throw new GatewayError('NOT_FOUND');
    const { verdict, statement, body, assessments } = record.detail;
    const { assessments: _, ...recorded } = body;
    return {
      ...itemOf(record),
      stateText: recordStateText[record.state],
      verdict,
      recorded,
      assessments: assessments.map(({ id: one, recipient, basis, test, outcome, office, mandate, at }) => ({
        ...{ id: one, recipient, basis, test, outcome, office, mandate, at },
      })),
      statement,
      ...(record.notice === undefined ? {} : { notice: noticeView(record.notice) }),
    };
  }
}

const itemOf = (record: StoredRecord | ListedRecord): RecordedDisclosureItem => ({
  id: record.id,
  messageId: record.messageId,
  caseId: record.caseId,
  recipient: record.recipient,
  outcome: record.outcome,
  state: record.state,
  disclosedAt: record.disclosedAt.toISOString(),
  recordedAt: record.recordedAt.toISOString(),
  changedAt: record.changedAt.toISOString(),
  ...('erasedAt' in record ? { erasedAt: record.erasedAt.toISOString() } : {}),
});

const noticeView = ({ entry, blind, proof }: RecordNotice): NonNullable<RecordedDisclosureView['notice']> => {
  const { kind, reason, at } = parseNotice(entry).notice;
  return { entry, blind, proof, kind, ...(reason === undefined ? {} : { reason }), at };
};
