import { stringify } from 'csv-stringify/sync';
import type { AssignmentField } from '../domain/assignment.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import type { ExportFormat } from './ports.js';

export const EXPORT_TYPES = {
  csv: { contentType: 'text/csv; charset=utf-8', suffix: 'csv' },
  'csv-comma': { contentType: 'text/csv; charset=utf-8', suffix: 'csv' },
  jsonl: { contentType: 'application/jsonl; charset=utf-8', suffix: 'jsonl' },
} as const satisfies Record<ExportFormat, { readonly contentType: string; readonly suffix: string }>;

const COLUMNS = [
  ['index', 'parties'],
  ['record', 'parties'],
  ['messageId', 'parties'],
  ['attempt', 'parties'],
  ['number', 'parties'],
  ['at', 'parties'],
  ['sender', 'parties'],
  ['recipient', 'parties'],
  ['senderKind', 'parties'],
  ['recipientKind', 'parties'],
  ['outcome', 'parties'],
  ['messageType', 'parties'],
  ['kind', 'ground'],
  ['force', 'ground'],
  ['purpose', 'ground'],
  ['grounds', 'ground'],
  ['versions', 'ground'],
  ['reasons', 'ground'],
  ['categories', 'facts'],
  ['officers', 'assessments'],
  ['caseId', 'case'],
  ['receivedAt', 'receipts'],
  ['receiptDueAt', 'receipts'],
] as const satisfies readonly (readonly [keyof DisclosureRow, AssignmentField])[];

/** Rows as text, page by page. CSV for spreadsheets: a byte order mark, semicolons where Swedish ones expect them, and no cell that one would compute. */
export async function* exportedLines(
  pages: AsyncIterable<readonly DisclosureRow[]>,
  format: ExportFormat,
  fields: readonly AssignmentField[],
): AsyncGenerator<string> {
  const columns = COLUMNS.filter(([, field]) => fields.includes(field)).map(([name]) => name);
  const options = { delimiter: format === 'csv' ? ';' : ',', escape_formulas: true, record_delimiter: '\r\n' } as const;
  if (format !== 'jsonl') yield stringify([], { ...options, bom: true, header: true, columns });
  for await (const rows of pages)
    yield format === 'jsonl'
      ? rows.map((row) => `${JSON.stringify(row)}\n`).join('')
      : stringify(
          rows.map((row) => columns.map((name) => cellOf(row[name]))),
          options,
        );
}

const cellOf = (value: string | number | readonly string[] | undefined): string =>
  value === undefined ? '' : typeof value === 'object' ? value.join(' ') : String(value);
