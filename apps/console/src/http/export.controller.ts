import { Controller, HttpCode, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import { Policy } from '#platform';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditorQueries, ConsoleError } from '../application/ports.js';
import type { ExportFormat } from '../application/ports.js';
import { parseQuery } from '../domain/query.js';
import { Visits, actingOf } from './visit.js';

const FORMATS: readonly ExportFormat[] = ['csv', 'csv-comma', 'jsonl'];

/** What was searched, as a file. */
@Controller('export')
@Policy('assignment')
export class ExportController {
  constructor(
    @Inject(Visits) private readonly visits: Visits,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async file(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.visits.assertOwnForm(request);
    const reading = await this.visits.reading(request);
    const { query = '', format } = request.body as { readonly query?: string; readonly format?: string };
    const known = FORMATS.find((one) => one === format);
    if (known === undefined) throw new ConsoleError('QUERY_INVALID', 'format');
    const made = await this.queries.exportOf(actingOf(reading), parseQuery(new URLSearchParams(query)), known);
    response
      .setHeader('Content-Type', made.contentType)
      .setHeader('Content-Disposition', `attachment; filename="${made.fileName.replaceAll(/[^\w.-]/g, '-')}"`)
      .setHeader('Cache-Control', 'no-store')
      .setHeader('Delge-Entry', made.entryId);
    await pipeline(Readable.from(made.body), response);
  }
}
