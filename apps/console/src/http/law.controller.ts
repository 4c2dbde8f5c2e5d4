import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { isLocalDate, stockholmDate } from '#legal-basis';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { ConsoleError } from '../application/ports.js';
import { changesBetween, versionsOf, versionsOn } from '../views/law.js';
import { said } from '../views/words.js';
import { Now } from './now.js';
import { ReadingPages } from './reading.js';

/** The bases that the check knows, in every version. */
@Controller('lagen')
@Policy('assignment')
export class LawController {
  constructor(
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(Now) private readonly now: Now,
  ) {}

  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const date = opened.reading.parameters.get('den') ?? stockholmDate(this.now.date());
    if (!isLocalDate(date)) throw new ConsoleError('QUERY_INVALID', 'den');
    const title = opened.words.lawTitle;
    const shown = { page: 'law', title, section: 'lagen', date, versions: versionsOn(date) };
    await this.pages.send(request, response, opened, shown);
  }

  @Get(':id')
  async basis(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const all = versionsOf(id);
    if (all.length === 0) throw new ProblemError('not-found', 404);
    const versions = all.map((version, at) => {
      const before = all[at - 1];
      if (before === undefined) return { version };
      return { version, before: before.from, changes: changesBetween(before, version) };
    });
    const title = said(opened.words.versionTitle, { id });
    const open = opened.reading.parameters.get('mot') ?? '';
    const back = { address: '/lagen', words: opened.words.lawTitle };
    const shown = { page: 'basis', title, section: 'lagen', back, versions: versions.toReversed(), open };
    await this.pages.send(request, response, opened, shown);
  }
}
