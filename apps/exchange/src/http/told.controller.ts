import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { IsInstant, IsUuid, NestedList, Optional } from '#contracts';
import { Policy, ProblemError } from '#platform';
import type { ServiceRequest } from '#operator';
import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsIn, IsInt, Max, Min } from 'class-validator';
import { TellAgain } from '../application/tell-again.js';
import type { ToldBody } from '../application/tell-again.js';
import type { ToldKind } from '../persistence/told.store.js';

const KINDS = ['delivery', 'decision', 'notice'] as const;
const NONE = '00000000-0000-0000-0000-000000000000';

class ToldQueryDto {
  /** `at` of the last one read. */
  @IsInstant() readonly after!: string;
  /** `entryId` of the last one read. */
  @Optional() @IsUuid() readonly entryId?: string;
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(1000) readonly limit: number = 500;
}
class AskedDto {
  @IsUuid() readonly entryId!: string;
  @IsIn(KINDS) readonly is!: ToldKind;
}
class AskedListDto {
  @ArrayNotEmpty() @NestedList(() => AskedDto, 20) readonly items!: AskedDto[];
}

/** What the exchange told a gateway, for that gateway to ask again. */
@Controller('v1/told')
@Policy('service')
export class ToldController {
  constructor(@Inject(TellAgain) private readonly telling: TellAgain) {}

  @Get()
  async list(
    @Query() { after, entryId = NONE, limit }: ToldQueryDto,
    @Req() request: ServiceRequest,
  ): Promise<{ readonly items: readonly object[] }> {
    const items = await this.telling.list(gatewayOf(request), { at: new Date(after), entryId }, limit);
    return { items: items.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })) };
  }

  @Post()
  @HttpCode(200)
  async bodies(
    @Body() { items }: AskedListDto,
    @Req() request: ServiceRequest,
  ): Promise<{ readonly items: readonly ToldBody[] }> {
    return { items: await this.telling.bodies(gatewayOf(request), items) };
  }
}

/** @throws {ProblemError} not-found: it is between the exchange and gateways */
const gatewayOf = ({ holder = '' }: ServiceRequest): string => {
  if (!holder.startsWith('gateway:')) throw new ProblemError('not-found', 404);
  return holder.slice('gateway:'.length);
};
