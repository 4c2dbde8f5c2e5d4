import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Login } from '#login';
import { Policy, ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { nextIn } from './address.js';
import { Issuers } from './issuers.js';
import { Visits } from './visit.js';

/** Log in by OpenID Connect, and out. */
@Controller()
export class LoginController {
  constructor(
    @Inject(Login) private readonly login: Login,
    @Inject(Visits) private readonly visits: Visits,
    @Inject(Issuers) private readonly issuers: Issuers,
  ) {}

  @Get('in')
  @Public()
  async begin(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { parameters } = await this.visits.of(request);
    const asked = parameters.get('issuer');
    const issuer = this.issuers.all.find((one) => asked === null || one.issuer === asked)?.issuer;
    if (issuer === undefined) throw new ProblemError('not-found', 404);
    const { location, attempt } = await this.login.begin(issuer, nextIn(parameters.get('next')) ?? '/uppdrag');
    response.append('Set-Cookie', this.visits.attempt.set(attempt)).redirect(303, location.toString());
  }

  @Get('in/svar')
  @Public()
  async finish(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { cookie } = request.headers;
    const { parameters } = await this.visits.of(request);
    const { session, returnTo } = await this.login.finish(
      this.visits.attempt.read(cookie),
      parameters,
      this.visits.session.read(cookie),
    );
    this.visits.choose(response, undefined);
    response
      .append('Set-Cookie', this.visits.attempt.clear())
      .append('Set-Cookie', this.visits.session.set(session))
      .redirect(303, returnTo);
  }

  @Post('ut')
  @Policy('auditor')
  async end(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.visits.assertOwnForm(request);
    const location = await this.login.end(this.visits.session.read(request.headers.cookie));
    this.visits.choose(response, undefined);
    response.append('Set-Cookie', this.visits.session.clear()).redirect(303, location?.toString() ?? '/ut');
  }
}
