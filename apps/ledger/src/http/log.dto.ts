import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsInt, Matches, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';
import { IsUuid, Optional } from '#contracts';

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
export class ProofsDto {
  @IsArray() @ArrayNotEmpty() @ArrayMaxSize(500) @IsUuid({ each: true }) readonly entryIds!: string[];
}
