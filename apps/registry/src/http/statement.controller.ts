import { Controller, Get, Header, Headers, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { IdParamDto } from '#contracts';
import { ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { TakeStatement } from '../application/take-statement.js';
import { StatementStore } from '../persistence/statement.store.js';

/** The door to the `keys` log. Open: a statement's signatures are its authority, and everyone admitted reads the log. */
@Controller('v1/statements')
export class StatementController {
  constructor(
    @Inject(TakeStatement) private readonly statements: TakeStatement,
    @Inject(StatementStore) private readonly store: StatementStore,
  ) {}

  @Post()
  @Public()
  async take(
    @Req() request: Request,
    @Headers('delge-possession') possession: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly entryId: string }> {
    const body: unknown = request.body;
    if (typeof body !== 'string') throw new ProblemError('unsupported-media-type', 415);
    const { entryId, outcome } = await this.statements.execute(
      Buffer.from(body, 'utf8'),
      possession === undefined ? {} : { possession },
    );
    response.status(outcome === 'taken' ? 201 : 200);
    return { entryId };
  }

  @Get(':id')
  @Public()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  async read(@Param() { id }: IdParamDto): Promise<string> {
    const entry = await this.store.find(id);
    if (entry === undefined) throw new ProblemError('not-found', 404);
    return Buffer.from(entry).toString('latin1');
  }
}
