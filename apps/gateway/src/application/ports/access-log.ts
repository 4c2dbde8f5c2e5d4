import type { AccessLogItem, ListAccessLogQueryDto, PersonSearchPurpose } from '#contracts';

/** Content that is about to be shown: to whom, and what, by ids alone. */
export interface Shown extends Omit<AccessLogItem, 'at'> {
  readonly authority: string;
}

/** A search for somebody, as it is logged before anything is looked for. */
export interface NewSearch {
  readonly authority: string;
  readonly system: string;
  readonly id: string;
  /** `KeyStore.personToken` */
  readonly token: Buffer;
  readonly purpose: PersonSearchPurpose;
  readonly office: string;
  readonly officer: string;
  readonly reference: string;
}

/** Who was shown content. Rows are added and never changed. */
export interface AccessLog {
  /** Nothing may be looked for before it has returned. */
  noteSearch(search: NewSearch): Promise<void>;
  /** Nothing may be shown before it has returned. */
  note(shown: Shown): Promise<void>;
  /** Newest first. */
  list(
    authority: string,
    query: ListAccessLogQueryDto,
  ): Promise<readonly (Shown & { readonly at: Date; readonly cursor: string })[]>;
}
