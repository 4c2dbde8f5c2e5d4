import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Type } from 'class-transformer';
import { IsAuthorityId, IsInstant, IsUuid, Optional } from '#contracts';
import { LOOK_PURPOSES } from '#envelope';
import type { Look } from '#envelope';
import { LOGS } from '../domain/log.js';
import type { LogName } from '../domain/log.js';

const SIZE = /^(0|[1-9][0-9]{0,17})$/;

export class CheckpointQueryDto {
  /** Answer when the log is larger than this. */
  @Optional() @Matches(SIZE) readonly after: string = '0';
  /** Wait this long for it, in milliseconds. */
  @Optional() @Type(() => Number) @IsInt() @Min(0) @Max(25_000) readonly waitMs: number = 0;
}
export class RangeQueryDto {
  @Matches(SIZE) readonly from!: string;
  @Matches(SIZE) readonly to!: string;
}
export class InstantQueryDto {
  @IsInstant() readonly at!: string;
}
export class ProofsDto {
  @IsArray() @ArrayNotEmpty() @ArrayMaxSize(500) @IsUuid({ each: true }) readonly entryIds!: string[];
}
export class LogParamDto {
  @IsIn(LOGS) readonly log!: LogName;
}
/** About one message, from an index on, or a period [from, to): one of them. */
export class LookDto {
  /** Party to what it asks for, and hosted by the gateway that asks. */
  @IsAuthorityId() readonly authority!: string;
  @IsIn(LOOK_PURPOSES) readonly purpose!: Look['purpose'];
  @Optional() @IsUuid() readonly messageId?: string;
  @Optional() @Matches(SIZE) readonly from?: string;
  @Optional() @Matches(SIZE) readonly to?: string;
}
/** About one message, or a period [from, to): one of them. */
export class ReviewDto {
  @Matches(/^[A-Za-z0-9_-]{43}$/) readonly auditor!: string;
  @IsUuid() readonly assignment!: string;
  @Optional() @IsUuid() readonly messageId?: string;
  @Optional() @Matches(SIZE) readonly from?: string;
  @Optional() @Matches(SIZE) readonly to?: string;
}
export class FollowQueryDto {
  @Matches(SIZE) readonly from!: string;
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(500) readonly limit: number = 200;
}
export class OfferQueryDto {
  /** Size that the witness holds. */
  @Matches(SIZE) readonly from!: string;
  /** Wait this long for a larger one, in milliseconds; then the same is offered again. */
  @Optional() @Type(() => Number) @IsInt() @Min(0) @Max(25_000) readonly waitMs: number = 0;
}
export class CosignatureDto {
  /** The checkpoint with the witness's signature line, c2sp.org/signed-note. */
  @IsString() @MaxLength(20_000) readonly note!: string;
}
