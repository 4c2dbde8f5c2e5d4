import { stringify } from 'csv-stringify/sync';
import type { AssignmentField } from '../domain/assignment.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import type { ExportFormat } from './export-ports.js';

export type LineFormat = Exclude<ExportFormat, 'evidence' | 'count'>;
export const EXPORT_TYPES = {
  csv: { contentType: 'text/csv; charset=utf-8', suffix: 'csv' },
  'csv-comma': { contentType: 'text/csv; charset=utf-8', suffix: 'csv' },
  jsonl: { contentType: 'application/jsonl; charset=utf-8', suffix: 'jsonl' },
  evidence: { contentType: 'application/json', suffix: 'delge-evidence-page.json' },
  count: { contentType: 'text/plain; charset=utf-8', suffix: 'txt' },
} as const satisfies Record<ExportFormat, { readonly contentType: string; readonly suffix: string }>;

type Name = 'senderName' | 'recipientName';
/** Columns of a spreadsheet: the members of a row under their own names, and the parties' names. */
const COLUMNS = [
  ['index', 'parties'],
  ['record', 'parties'],
  ['messageId', 'parties'],
  ['attempt', 'parties'],
  ['number', 'parties'],
  ['at', 'parties'],
  ['sender', 'parties'],
  ['senderName', 'parties'],
  ['recipient', 'parties'],
  ['recipientName', 'parties'],
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
] as const satisfies readonly (readonly [keyof DisclosureRow | Name, AssignmentField])[];

/**
 * Rows as text. CSV for spreadsheets (RFC 4180): a byte order mark, semicolons where Swedish ones expect them, CR LF, several values parted by spaces, and no cell
 * that one would compute: such a cell begins with an apostrophe.
 */
export class ExportLines {
  private readonly columns: readonly (typeof COLUMNS)[number][0][];
  private readonly options: {
    readonly delimiter: string;
    readonly escape_formulas: true;
    readonly quoted_match: RegExp;
    readonly record_delimiter: string;
  };

  constructor(
    private readonly format: LineFormat,
    fields: readonly AssignmentField[],
    /** Of an authority. */
    private readonly nameOf: (authority: string) => string,
  ) {
    this.columns = COLUMNS.filter(([, field]) => fields.includes(field)).map(([name]) => name);
    this.options = {
      delimiter: format === 'csv' ? ';' : ',',
      escape_formulas: true,
      // Of itself the library quotes the two together alone.
      quoted_match: /[\r\n]/,
      record_delimiter: '\r\n',
    };
  }

  /** What the file begins with. */
  head(): string {
    if (this.format === 'jsonl') return '';
    return stringify([], { ...this.options, bom: true, header: true, columns: this.columns });
  }

  lines(rows: readonly DisclosureRow[]): string {
    if (this.format === 'jsonl') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    return stringify(
      rows.map((row) => this.columns.map((name) => cellOf(this.valueOf(row, name)))),
      this.options,
    );
  }

  private valueOf(
    row: DisclosureRow,
    name: keyof DisclosureRow | Name,
  ): string | number | readonly string[] | undefined {
    if (name === 'senderName') return this.nameOf(row.sender);
    return name === 'recipientName' ? this.nameOf(row.recipient) : row[name];
  }
}

const cellOf = (value: string | number | readonly string[] | undefined): string =>
  value === undefined ? '' : typeof value === 'object' ? value.join(' ') : String(value);
