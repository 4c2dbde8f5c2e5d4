import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { concatMap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AccessLog } from '../application/ports/access-log.js';
import type { AuthenticatedRequest } from './caller.js';
import { Download, SHOWS, SHOWS_STAFF, WHAT } from './shows.js';
import type { Logged } from './shows.js';

/**
 * Writes to the access log that content is shown, after it was found and before it leaves; when that fails it does not leave. What was not
 * found was not shown, nor what has not changed since it was.
 */
export class LogsAccess implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly accessLog: Pick<AccessLog, 'note'>,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const shows = this.shows(context, request.caller?.staff !== undefined);
    if (shows === undefined || shows === 'no-content' || shows === 'search-persons') return next.handle();
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        if (request.caller === undefined)
          throw new Error('a route that shows content has no policy that finds a caller');
        const response = http.getResponse<Response>();
        // Who has it already is shown nothing: when it was shown the log has.
        if (response.statusCode === 304) return answer;
        const { system, authority } = request.caller;
        await this.accessLog.note({ system, authority, ...WHAT[shows](request) });
        if (answer instanceof Download) await answer.send(response);
        return answer;
      }),
    );
  }

  private shows(context: ExecutionContext, isStaff: boolean): Logged | 'no-content' | 'search-persons' | undefined {
    const handler = context.getHandler();
    const toStaff = isStaff ? this.reflector.get<Logged | undefined>(SHOWS_STAFF, handler) : undefined;
    return toStaff ?? this.reflector.get(SHOWS, handler);
  }
}
