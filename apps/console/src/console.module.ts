import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { Login, LoginError } from '#login';
import { isStoreFailure } from '#persistence';
import { ProblemError } from '#platform';
import type { Platform, Service, Translate } from '#platform';
import { AuditorQueries, ConsoleError } from './application/ports.js';
import { ConsoleConfig } from './console.config.js';
import { AssignmentController } from './http/assignment.controller.js';
import { ConsoleGuard } from './http/console.guard.js';
import { DisclosureController } from './http/disclosure.controller.js';
import { ExportController } from './http/export.controller.js';
import { HomeController } from './http/home.controller.js';
import { Issuers } from './http/issuers.js';
import { LawController } from './http/law.controller.js';
import { LoginController } from './http/login.controller.js';
import { Now } from './http/now.js';
import { Pages, refuse } from './http/pages.js';
import type { RefusalCode } from './http/pages.js';
import { ReadingPages } from './http/reading.js';
import { ReviewController } from './http/review.controller.js';
import { Visits } from './http/visit.js';

@Module({})
class ConsoleModule {}

export interface ConsoleParts {
  readonly login: Login;
  readonly issuers: readonly { readonly issuer: string; readonly name: string }[];
  readonly queries: AuditorQueries;
  /** Over HTTPS. */
  readonly secure: boolean;
  readonly now: () => number;
}

/** The console's routes on what answers them. */
export const consoleModule = ({ login, issuers, queries, secure, now }: ConsoleParts): DynamicModule => {
  const visits = new Visits(login, queries, secure);
  const pages = new Pages(issuers.map(({ issuer }) => issuer));
  const clock = new Now(now);
  return {
    module: ConsoleModule,
    controllers: [
      HomeController,
      LoginController,
      AssignmentController,
      DisclosureController,
      ReviewController,
      LawController,
      ExportController,
    ],
    providers: [
      { provide: Login, useValue: login },
      { provide: Issuers, useValue: new Issuers(issuers) },
      { provide: AuditorQueries, useValue: queries },
      { provide: Visits, useValue: visits },
      { provide: Pages, useValue: pages },
      { provide: Now, useValue: clock },
      { provide: ReadingPages, useValue: new ReadingPages(pages, visits, queries, clock) },
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) => new ConsoleGuard(reflector, visits),
      },
    ],
  };
};

const violation = (code: RefusalCode, name = ''): { readonly violations: [{ path: string; code: string }] } => ({
  violations: [{ path: `/${name}`, code }],
});

export const translateConsole: Translate = (error) => {
  if (error instanceof ConsoleError) {
    const told = violation(error.code, error.filter);
    if (error.code === 'NOT_WITHIN_ASSIGNMENT') return new ProblemError('not-found', 404, told);
    if (error.code === 'NOT_READY') return new ProblemError('not-ready', 503, told);
    return new ProblemError('invalid-request', 400, told);
  }
  // Which check of a login failed is for the own log alone.
  if (error instanceof LoginError)
    return new ProblemError('unauthenticated', 401, { ...violation('LOGIN_NOT_COMPLETED'), reason: error.code });
  if (isStoreFailure(error)) return new ProblemError('not-ready', 503, violation('NOT_READY'));
  return undefined;
};

const assemble = async (_config: ConsoleConfig, _platform: Platform): Promise<DynamicModule> => {
  await Promise.resolve();
  throw new Error('the projection is not there yet');
};

export const consoleService: Service<ConsoleConfig> = {
  name: 'console',
  config: ConsoleConfig,
  module: assemble,
  bodies: [{ method: 'POST', path: /^\//, type: 'application/x-www-form-urlencoded', as: 'form' }],
  translate: translateConsole,
  refuse,
};
