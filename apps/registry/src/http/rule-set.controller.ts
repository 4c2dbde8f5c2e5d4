import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { DigestParamDto } from '#contracts';
import { canonicalBytes } from '#json';
import { Policy, ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { TakeStatement } from '../application/take-statement.js';
import { RuleSetStore } from '../persistence/rule-set.store.js';

/** Released rule sets: taken with the statement that releases them, and given by digest. */
@Controller('v1/rule-sets')
export class RuleSetController {
  constructor(
    @Inject(TakeStatement) private readonly statements: TakeStatement,
    @Inject(RuleSetStore) private readonly store: RuleSetStore,
  ) {}

  /** Open, as the door to the log is: the statement's signatures are its authority, and its digest is that of the rule set. */
  @Post()
  @Public()
  async release(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly entryId: string }> {
    const { entry, ruleSet } = (request.body ?? {}) as { readonly entry?: unknown; readonly ruleSet?: unknown };
    if (typeof entry !== 'string' || typeof ruleSet !== 'object' || ruleSet === null)
      throw new ProblemError('invalid-request', 400);
    const { entryId, outcome } = await this.statements.execute(Buffer.from(entry, 'utf8'), {
      ruleSet: canonicalBytes(ruleSet),
    });
    response.status(outcome === 'taken' ? 201 : 200);
    return { entryId };
  }

  @Get(':sha256')
  @Policy('service')
  async read(@Param() { sha256 }: DigestParamDto, @Res() response: Response): Promise<void> {
    const bytes = await this.store.find(sha256);
    if (bytes === undefined) throw new ProblemError('not-found', 404);
    response
      .setHeader('Content-Type', 'application/json')
      .setHeader('Cache-Control', 'private, max-age=31536000, immutable')
      .setHeader('ETag', `"${sha256}"`)
      .end(bytes);
  }
}
