import type { PersonSearchPurpose } from './person-search.dto.js';
import { PageQueryDto } from './queries.dto.js';
import { IsInstant, IsUuid, Optional } from './rules.js';

/** How content was shown to whoever asked (brottsdataförordningen 3:4; lag 2001:454 10 §). Closed: it stands in the access log. */
export const SHOWN = [
  'read-delivery',
  'read-attachment',
  /** Claims and proofs. */
  'read-evidence',
  /** As `read-evidence`, with the document. */
  'read-document',
  /** Claims, proofs, and what recipients answered under seal. */
  'read-referral',
  /** Staff alone, whose draft another may have begun: its verdicts. */
  'submit-referral',
  'assess-referral',
  'retract-referral',
  'mark-given-another-way',
  'withdraw-referral',
  /** A disclosure made outside Delge; `referralId` is its id. */
  'read-recorded-disclosure',
  /** What an authority calls a case of its own. */
  'read-case',
  'list-cases',
  /** What came of a request, and of one that was recorded who asked. `messageId` is its id in either case. */
  'read-request',
  /** Staff alone: verdicts of what was disclosed anew. `messageId` is the subscription's id. */
  'backfill-subscription',
  /** A page of own entries of the log, with claims. */
  'open-entries',
  /** That a number was searched for, whatever was found. */
  'search-persons',
] as const;
export type ShownBy = (typeof SHOWN)[number];

export class ListAccessLogQueryDto extends PageQueryDto {
  @Optional() @IsUuid() readonly messageId?: string;
  @Optional() @IsUuid() readonly referralId?: string;
  /** The system that read. */
  @Optional() @IsUuid() readonly system?: string;
  /** Shown at or after. */
  @Optional() @IsInstant() readonly from?: string;
  /** Shown before. */
  @Optional() @IsInstant() readonly until?: string;
}

/** One row of `GET /v1/access-log`: ids and codes alone. */
export interface AccessLogItem {
  readonly at: string;
  readonly system: string;
  /** Of staff: the officer's id. `system` is then their entry in the table of staff. */
  readonly officer?: string;
  readonly operation: ShownBy;
  readonly messageId?: string;
  readonly referralId?: string;
  readonly attachmentId?: string;
  readonly caseId?: string;
  /** Indices [from, to) of the `disclosure` log that were asked for. */
  readonly entries?: { readonly from: string; readonly to: string };
  readonly search?: LoggedSearch;
}

/** Of `search-persons`: for whom, why, and who wanted to know. */
export interface LoggedSearch {
  readonly id: string;
  /** base64url. Keyed by the authority: the same for each search for the same number, and for nobody else the number's. */
  readonly token: string;
  readonly purpose: PersonSearchPurpose;
  readonly office: string;
  readonly officer: string;
  readonly reference: string;
}
