import { IsInt, Length, Matches, Max, Min } from 'class-validator';
import { AUTHORITY_ID, Decimal, IsSimpleId, Optional } from './rules.js';

/** Query of `GET /v1/authorities`. */
export class ListAuthoritiesQueryDto {
  /** Words that all stand in a name, an id, an organisation number, a municipality's code or a function. */
  @Optional() @Length(1, 100) readonly q?: string;
  /** Slug of a participant. */
  @Optional() @IsSimpleId() readonly participant?: string;
  /** `next` of the page before: an authority's id. */
  @Optional() @Matches(AUTHORITY_ID) readonly after?: string;
  @Optional() @Decimal() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
}

/** To whom a referral can be addressed, as the `keys` log has it. */
export interface AddresseeView {
  /** For `to.authority`. */
  readonly authority: string;
  readonly nameSv: string;
  readonly nameEn: string;
  /** As the law tells them apart, e.g. `socialnamnd` (libs/legal-basis). */
  readonly kind: string;
  readonly municipalityCode?: string;
  readonly participant: {
    readonly slug: string;
    readonly organisationNumber: string;
    readonly nameSv: string;
    readonly nameEn: string;
  };
  /** For `to.function`. */
  readonly functions: readonly { readonly id: string; readonly nameSv: string; readonly nameEn: string }[];
  /** Whether a document can be sealed to it today. */
  readonly receives: boolean;
}
