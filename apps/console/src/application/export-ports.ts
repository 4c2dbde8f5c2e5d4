import type { Query } from '../domain/query.js';
import type { Acting } from './ports.js';

/** `count` is no file: how many there are, exactly. */
export const EXPORT_FORMATS = ['csv', 'csv-comma', 'jsonl', 'evidence', 'count'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** `running`; `made`: to be fetched until it ends; `refused`: the assignment ended or opens it no more; `failed`; `ended`: the file is gone. */
export type ExportState = 'running' | 'made' | 'refused' | 'failed' | 'ended';

/** A job that makes one file, or counts. */
export interface ExportView {
  /** UUID. */
  readonly id: string;
  readonly format: ExportFormat;
  /** Canonical, see `queryString`. */
  readonly query: string;
  readonly state: ExportState;
  readonly askedAt: string;
  /** When the file is deleted. */
  readonly endsAt: string;
  /** Disclosures in it so far. */
  readonly rows: number;
  /** Of so many, where there are 10,000 at most. */
  readonly expected?: number;
  /** Of the log that is searched. */
  readonly size: string;
  /** Of its entry in the log, once it is made. */
  readonly entryId?: string;
  /** Absent of a count. */
  readonly made?: MadeFile;
}
export interface MadeFile {
  readonly fileName: string;
  readonly octets: number;
  /** base64url */
  readonly sha256: string;
}
export interface ExportFile {
  readonly contentType: string;
  readonly fileName: string;
  readonly octets: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Files of what was searched. Each throws as AuditorQueries' do; another auditor's job, or one within another assignment, does not exist. */
export abstract class AuditorExports {
  /**
   * Begins a job. Nothing of it is shown before its entry stands in the log.
   * @param lang of the names in a spreadsheet
   * @returns its id, once it is done or has been worked on for a moment
   * @throws {ConsoleError} QUERY_INVALID `export`: too many for the format, FIELD_NOT_GRANTED: openings are not opened
   */
  abstract begin(acting: Acting, query: Query, format: ExportFormat, lang: 'sv' | 'en'): Promise<string>;
  abstract of(acting: Acting, id: string): Promise<ExportView | undefined>;
  /** @returns undefined unless it is made and not ended */
  abstract file(acting: Acting, id: string): Promise<ExportFile | undefined>;
  /** The cover sheet, as `delge verify-export` takes it. @returns undefined unless it is made */
  abstract cover(acting: Acting, id: string): Promise<ExportCoverFile | undefined>;
}
export interface ExportCoverFile {
  readonly fileName: string;
  readonly text: string;
}
