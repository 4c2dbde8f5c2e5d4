import { Controller, Get, Inject, Query } from '@nestjs/common';
import { parseManifest } from '#envelope';
import { Policy } from '#platform';
import { cooperationJson } from '#snapshot';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { DataSource } from 'typeorm';
import { Law } from '../application/ground.js';
import { entries } from '../persistence/entry.store.js';

class DecisionQueryDto {
  /** `seq` of the last one read. */
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) readonly after: number = 0;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) readonly limit: number = 100;
}

/** Decisions with what they were made from, for whoever computes them again (design.md I7). */
@Controller('v1/decisions')
@Policy('operator')
export class DecisionController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Law) private readonly law: Law,
  ) {}

  @Get()
  async list(@Query() { after, limit }: DecisionQueryDto): Promise<{ readonly items: readonly object[] }> {
    const rows = await entries.decisions(this.dataSource.manager, BigInt(after), limit);
    const items = [];
    for (const { seq, entry_id: entryId, decision, manifest } of rows) {
      const { claims } = parseManifest(manifest).manifest as {
        readonly claims: { readonly cooperationDecision?: unknown };
      };
      const id = typeof claims.cooperationDecision === 'string' ? claims.cooperationDecision : undefined;
      const cooperation = await this.law.opened(this.law.newest(), id);
      items.push({
        seq: Number(seq),
        entryId,
        decision,
        manifest,
        ...(cooperation === undefined ? {} : { cooperation: cooperationJson(cooperation) }),
      });
    }
    return { items };
  }
}
