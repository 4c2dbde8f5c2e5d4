import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { WORDS } from '../views/words.js';
import { nextIn, withParameters } from './address.js';
import { assetAt } from './assets.js';
import { Issuers } from './issuers.js';
import { Pages } from './pages.js';
import { Visits } from './visit.js';
import type { Visit } from './visit.js';

/** Of the accessibility statement. */
const UPDATED = '2026-11-30';
/** Of the tests that it tells of. */
const TESTED = '2026-11-30';

/** What anyone may see: the first page, the accessibility statement and what pages load. */
@Controller()
export class HomeController {
  constructor(
    @Inject(Pages) private readonly pages: Pages,
    @Inject(Visits) private readonly visits: Visits,
    @Inject(Issuers) private readonly issuers: Issuers,
  ) {}

  @Get()
  @Public()
  async home(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = await this.visits.of(request);
    const title = WORDS[visit.lang].homeTitle;
    this.pages.send(request, response, visit, { page: 'home', title, logins: this.logins(visit) });
  }

  /** Where the identity provider leads back to once the session is ended; whoever comes by the address alone is still logged in. */
  @Get('ut')
  @Public()
  async loggedOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = await this.visits.of(request);
    const words = WORDS[visit.lang];
    const title = visit.auditor === undefined ? words.loggedOut : words.logout;
    this.pages.send(request, response, visit, { page: 'logout', title, logins: this.logins(visit) });
  }

  @Get('tillganglighet')
  @Public()
  async accessibility(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = await this.visits.of(request);
    const title = WORDS[visit.lang].accessTitle;
    this.pages.send(request, response, visit, { page: 'accessibility', title, updated: UPDATED, tested: TESTED });
  }

  @Get('static/:digest/:name')
  @Public()
  asset(@Param('digest') digest: string, @Param('name') name: string, @Res() response: Response): void {
    const asset = assetAt(`/static/${digest}/${name}`);
    if (asset === undefined) throw new ProblemError('not-found', 404);
    response
      .setHeader('Cache-Control', 'public, max-age=31536000, immutable')
      .setHeader('Content-Type', asset.type)
      .end(asset.bytes);
  }

  private logins({ parameters }: Visit): readonly { readonly address: string; readonly name: string }[] {
    const next = nextIn(parameters.get('next'));
    return this.issuers.all.map(({ issuer, name }) => ({ address: withParameters('/in', { issuer, next }), name }));
  }
}
