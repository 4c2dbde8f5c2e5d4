import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditorExports, EXPORT_FORMATS } from '../application/export-ports.js';
import { ConsoleError } from '../application/ports.js';
import { parseQuery } from '../domain/query.js';
import { backTo } from './address.js';
import { ReadingPages } from './reading.js';
import { Visits, actingOf } from './visit.js';

/** What was searched, as a file: asked for, made, fetched with its cover sheet. */
@Controller('export')
@Policy('assignment')
export class ExportController {
  constructor(
    @Inject(Visits) private readonly visits: Visits,
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(AuditorExports) private readonly exports: AuditorExports,
  ) {}

  @Post()
  async begin(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.visits.assertOwnForm(request);
    const reading = await this.visits.reading(request);
    const { query = '', format } = request.body as { readonly query?: string; readonly format?: string };
    const known = EXPORT_FORMATS.find((one) => one === format);
    if (known === undefined) throw new ConsoleError('QUERY_INVALID', 'format');
    const asked = parseQuery(new URLSearchParams(query));
    const id = await this.exports.begin(actingOf(reading), asked, known, reading.lang);
    response.redirect(303, `/export/${id}`);
  }

  @Get(':id')
  async page(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const job = await this.exports.of(opened.acting, id);
    if (job === undefined) throw new ProblemError('not-found', 404);
    const title = job.format === 'count' ? opened.words.exportCounting : opened.words.exportTitle;
    const formats = {
      csv: opened.words.exportCsv,
      'csv-comma': opened.words.exportCsvComma,
      jsonl: opened.words.exportJsonl,
      evidence: opened.words.exportEvidence,
      count: opened.words.exportCount,
    };
    const back = backTo(opened.words, job.query);
    const shown = { page: 'export', title, section: 'utlamnanden', back, job, formatWords: formats[job.format], hex };
    await this.pages.send(request, response, opened, shown);
  }

  @Get(':id/fil')
  async file(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const acting = actingOf(await this.visits.reading(request));
    const file = await this.exports.file(acting, id);
    if (file === undefined) throw new ProblemError('not-found', 404);
    asFile(response, file.fileName, file.contentType).setHeader('Content-Length', file.octets);
    await pipeline(Readable.from(file.body), response);
  }

  @Get(':id/forsattsblad')
  async cover(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const acting = actingOf(await this.visits.reading(request));
    const cover = await this.exports.cover(acting, id);
    if (cover === undefined) throw new ProblemError('not-found', 404);
    asFile(response, cover.fileName, 'application/json').end(cover.text);
  }
}

const asFile = (response: Response, name: string, contentType: string): Response =>
  response
    .setHeader('Content-Type', contentType)
    .setHeader('Content-Disposition', `attachment; filename="${name.replaceAll(/[^\w.-]/g, '-')}"`)
    .setHeader('Cache-Control', 'no-store');

/** As sha256sum prints it. */
const hex = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('hex');
