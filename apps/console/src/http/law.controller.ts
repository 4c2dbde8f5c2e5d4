import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { showsOpenings } from '#envelope';
import { isLocalDate, stockholmDate } from '#legal-basis';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { AuditorLaw } from '../application/law-ports.js';
import { ConsoleError } from '../application/ports.js';
import { changeDays, lawOn } from '../domain/law-history.js';
import { queryString } from '../domain/query.js';
import { changesBetween, versionsOf, versionsOn } from '../views/law.js';
import { ruleText } from '../views/rule-words.js';
import { said } from '../views/words.js';
import { backTo } from './address.js';
import { Now } from './now.js';
import { ReadingPages } from './reading.js';

/** The bases that the check knows, in every version; who adopted them; and what today's make of what was decided. */
@Controller('lagen')
@Policy('assignment')
export class LawController {
  constructor(
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(AuditorLaw) private readonly law: AuditorLaw,
    @Inject(Now) private readonly now: Now,
  ) {}

  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const today = stockholmDate(this.now.date());
    const date = opened.reading.parameters.get('den') ?? today;
    if (!isLocalDate(date)) throw new ConsoleError('QUERY_INVALID', 'den');
    const acts = this.law.acts(opened.reading.assignment.authorities);
    const standing = lawOn(acts, date);
    const days = changeDays(versionsOf(), acts);
    const at = (day: string | undefined) => (day === undefined ? undefined : { day, address: `/lagen?den=${day}` });
    await this.pages.send(request, response, opened, {
      page: 'law',
      mayEvidence: showsOpenings(opened.reading.assignment, true),
      title: opened.words.lawTitle,
      section: 'lagen',
      date,
      today,
      days: days.join(' '),
      before: at(days.findLast((day) => day < date)),
      after: at(days.find((day) => day > date)),
      versions: versionsOn(date),
      adopters: (version: string) => standing.adoptions.get(version) ?? [],
      positions: standing.positions,
      acts: acts
        .filter(({ day }) => day <= date)
        .toReversed()
        .slice(0, MOST_ACTS),
    });
  }

  @Get('idag')
  async compared(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const { acting, query, cursor, words } = asked;
    const compared = await this.law.today(acting, query, cursor);
    const path = '/lagen/idag';
    const shown = { page: 'today', title: words.todayTitle, section: 'lagen', path, next: compared.next };
    const back = backTo(words, queryString(query));
    await this.pages.sendSearched(request, response, asked, { ...shown, compared, back });
  }

  @Get(':id')
  async basis(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const all = versionsOf(id);
    const newest = all.at(-1);
    if (newest === undefined) throw new ProblemError('not-found', 404);
    const today = stockholmDate(this.now.date());
    const current = all.find(({ from, until }) => from <= today && (until === undefined || today < until)) ?? newest;
    const acts = this.law.acts(opened.reading.assignment.authorities);
    const { lang } = opened.reading;
    const versions = all.map((version, at) => {
      const before = all[at - 1];
      const named = `${version.id}@${version.from}`;
      return {
        version,
        rule: ruleText(lang, version),
        acts: acts.filter((act) => act.kind !== 'position' && act.versions.includes(named)),
        ...(version === current ? {} : { sinceThen: changesBetween(lang, version, current) }),
        ...(before === undefined ? {} : { before: before.from, changes: changesBetween(lang, before, version) }),
      };
    });
    const title = said(opened.words.versionTitle, { id });
    const open = opened.reading.parameters.get('mot') ?? '';
    const back = { address: '/lagen', words: opened.words.lawTitle };
    const shown = { page: 'basis', title, section: 'lagen', back, versions: versions.toReversed(), open, current };
    await this.pages.send(request, response, opened, shown);
  }
}

/** Newest first. */
const MOST_ACTS = 200;
