import { Controller, Get, Inject, Param, Put, Req, Res } from '@nestjs/common';
import { IdParamDto } from '#contracts';
import { canonicalBytes } from '#json';
import type { ServiceRequest } from '#operator';
import { Policy, ProblemError, Public } from '#platform';
import { SnapshotError, cooperationJson, parseCooperation } from '#snapshot';
import type { CooperationOpening } from '#snapshot';
import type { Request, Response } from 'express';
import { OpenCooperation } from '../application/open-cooperation.js';

/** Openings of cooperation decisions. Who is no party to one does not learn that it exists. */
@Controller('v1/cooperation-decisions')
export class CooperationController {
  constructor(@Inject(OpenCooperation) private readonly cooperations: OpenCooperation) {}

  @Put(':id')
  @Public()
  async open(
    @Param() { id }: IdParamDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly cooperation: string }> {
    const opening = openingOf(request.body as object);
    const outcome = opening.id === id ? await this.cooperations.open(opening) : undefined;
    if (outcome === undefined) throw new ProblemError('not-found', 404);
    response.status(outcome === 'opened' ? 201 : 200);
    return { cooperation: id };
  }

  @Get()
  @Policy('service')
  async list(@Req() { holder = '' }: ServiceRequest): Promise<{ readonly items: readonly object[] }> {
    return { items: (await this.cooperations.list(holder)).map(cooperationJson) };
  }

  @Get(':id')
  @Policy('service')
  async read(@Param() { id }: IdParamDto, @Req() { holder = '' }: ServiceRequest): Promise<object> {
    const opening = await this.cooperations.find(holder, id);
    if (opening === undefined) throw new ProblemError('not-found', 404);
    return cooperationJson(opening);
  }
}

const openingOf = (body: object | undefined): CooperationOpening => {
  try {
    return parseCooperation(canonicalBytes(body ?? null));
  } catch (error) {
    if (error instanceof SnapshotError) throw new ProblemError('invalid-request', 400);
    throw error;
  }
};
