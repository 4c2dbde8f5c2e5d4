import { IsIn, IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';
import { IsCode, Optional } from './rules.js';

/** Why an authority looks for a person in what it sent and received. Each search is logged with its purpose. */
export const PERSON_SEARCH_PURPOSES = [
  /** Registerutdrag: GDPR art. 15, brottsdatalagen 4 kap. 3 §. */
  'subject-access',
  /** GDPR art. 16–19, brottsdatalagen 4 kap. 9–10 §§. */
  'rectification',
  /** Whom it concerns that personal data went astray: GDPR art. 33–34. */
  'incident',
  /** Supervision, audit, and the authority's own checks of its log. */
  'supervision',
  /** A matter that the person is in. */
  'case-handling',
  /** A request to see what is kept, by somebody else than the person: OSL 6 and 10 kap. */
  'public-access',
] as const;
export type PersonSearchPurpose = (typeof PERSON_SEARCH_PURPOSES)[number];

/** What an authority did with what was found: the last was made outside Delge. */
export const FOUND_DIRECTIONS = ['sent', 'received', 'recorded'] as const;

/** Of a person search: a time in microseconds and a message id. */
export const PERSON_SEARCH_CURSOR = /^\d{1,17}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Body of `POST /v1/person-searches`: one of the two numbers, never a name. In a body, since addresses are written to logs. */
export class PersonSearchDto {
  /** Personnummer or samordningsnummer, `YYYYMMDDNNNC`, with or without a hyphen before the last four. */
  @Optional() @Matches(/^\d{8}[-+]?\d{4}$/) readonly personalIdentityNumber?: string;
  /** Organisationsnummer, `NNNNNN-NNNN`, with or without its hyphen. */
  @Optional() @Matches(/^(16)?\d{6}-?\d{4}$/) readonly organisationNumber?: string;
  @IsIn(PERSON_SEARCH_PURPOSES) readonly purpose!: PersonSearchPurpose;
  /** Office that stands behind it, as in an assessment. */
  @IsCode() readonly office!: string;
  /** The officer's id. Kept in the authority's access log, encrypted at rest. */
  @IsString() @Length(1, 128) readonly officer!: string;
  /** Of the matter that it is for, as a diary number. Kept with the officer. */
  @IsString() @Length(1, 64) readonly reference!: string;
  /** Cursor: `next` of the page before. Each page is a search of its own in the log. */
  @Optional() @Matches(PERSON_SEARCH_CURSOR) readonly after?: string;
  @Optional() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
}

/** A message, or a disclosure recorded as made another way, that the number stands in. */
export interface FoundMessage {
  /** Of what was recorded that of its entry in the log. */
  readonly messageId: string;
  readonly direction: (typeof FOUND_DIRECTIONS)[number];
  readonly type: string;
  readonly caseId: string;
  /** Of what was sent. */
  readonly referralId?: string;
  /** Of what was recorded. */
  readonly recordedDisclosureId?: string;
  /** The other one: recipient, or sender. */
  readonly authority: string;
  /** When it was submitted, received or recorded. */
  readonly at: string;
  /** What the message says of whoever has the number: whom the item is about, and which item it is. */
  readonly roles: readonly { readonly about: string; readonly item: string }[];
}

/** Answer of `POST /v1/person-searches`. Newest first. */
export interface PersonSearchView {
  /** Of the row of this search in the access log. */
  readonly searchId: string;
  readonly items: readonly FoundMessage[];
  /** Whether all that is kept has been looked through; `false` for a while after person search is put in place. */
  readonly complete: boolean;
  readonly next?: string;
}
