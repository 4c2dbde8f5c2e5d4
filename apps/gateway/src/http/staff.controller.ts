import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { LoginQueryDto } from '#contracts';
import type { StaffView } from '#contracts';
import { LoginError, csrfToken } from '#login';
import { ProblemError, Public } from '#platform';
import type { Response } from 'express';
import type { AuthenticatedRequest } from './caller.js';
import { StaffAccess } from './staff-access.js';

/** How staff come in: over the identity provider that their participant has pinned here (OpenID Connect Core 1.0 section 3.1). For browsers. */
@ApiExcludeController()
@Controller('staff')
export class StaffController {
  constructor(@Inject(StaffAccess) private readonly staff: StaffAccess) {}

  /** Where one may log in, and who one is. */
  @Get()
  @Public()
  async who(@Req() request: AuthenticatedRequest, @Res({ passthrough: true }) response: Response): Promise<StaffView> {
    response.setHeader('Cache-Control', 'no-store');
    const { issuers } = this.staff;
    const session = await this.staff.session(request);
    const secret = this.staff.secretOf(request);
    if (session === undefined || secret === undefined) return { issuers };
    const members = await this.staff.members(session);
    const acting = members.map(({ id, authority, officer, office, mandate, scopes }) => ({
      id,
      authority,
      officer,
      office,
      mandate,
      scopes,
    }));
    return { issuers, session: { csrf: csrfToken(secret), acting } };
  }

  @Get('in')
  @Public()
  async begin(@Query() { issuer, returnTo }: LoginQueryDto, @Res() response: Response): Promise<void> {
    const { location, attempt } = await this.staff.login.begin(issuer, returnTo ?? '/staff').catch(told);
    go(response, location.href, [this.staff.attemptCookie.set(attempt)]);
  }

  @Get('callback')
  @Public()
  async callback(@Req() request: AuthenticatedRequest, @Res() response: Response): Promise<void> {
    const { attemptCookie, sessionCookie, login } = this.staff;
    const answer = new URL(request.originalUrl, 'http://gateway').searchParams;
    response.append('Set-Cookie', attemptCookie.clear());
    const attempt = attemptCookie.read(request.headers.cookie);
    const { session, returnTo } = await login.finish(attempt, answer, this.staff.secretOf(request)).catch(told);
    go(response, returnTo, [sessionCookie.set(session)]);
  }

  /** Ends the session here, and says where the browser ends the one at the issuer. */
  @Post('out')
  @HttpCode(200)
  @Public()
  async end(
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly location?: string }> {
    if ((await this.staff.session(request)) !== undefined) this.staff.refuseForged(request);
    const location = await this.staff.login.end(this.staff.secretOf(request));
    response.setHeader('Cache-Control', 'no-store');
    response.append('Set-Cookie', this.staff.sessionCookie.clear());
    return location === undefined ? {} : { location: location.href };
  }
}

const go = (response: Response, location: string, cookies: readonly string[]): void => {
  for (const one of cookies) response.append('Set-Cookie', one);
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, location);
};

/** @throws {ProblemError} */
const told = (error: unknown): never => {
  if (!(error instanceof LoginError)) throw error;
  if (error.code === 'LOGIN_PROVIDER_AWAY') throw new ProblemError('not-ready', 503, { cause: error });
  if (error.code === 'LOGIN_UNKNOWN_ISSUER') throw new ProblemError('not-found', 404);
  throw new ProblemError('login-refused', 401, {
    reason: error.code,
    extensions: { code: error.code.toLowerCase().replaceAll('_', '-') },
  });
};
