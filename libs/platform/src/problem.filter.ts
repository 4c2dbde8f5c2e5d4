import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { throwError } from 'rxjs';
import type { EventLog } from './event-log.js';
import { ProblemError } from './problem.js';
import { PROBLEMS } from './problem-table.js';
import type { ProblemCode } from './problem-table.js';

/** Turns an application's own error into a problem; undefined: not one of its own. */
export type Translate = (error: unknown) => ProblemError | undefined;

const codeOfStatus = (status: number): ProblemCode => {
  if (status === 404) return 'not-found';
  if (status === 413) return 'too-large';
  if (status === 415) return 'unsupported-media-type';
  if (status === 401) return 'unauthenticated';
  return status < 500 ? 'invalid-request' : 'internal';
};

/** Every refusal is `application/problem+json`; what nobody foresaw says nothing about itself to the caller. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: EventLog,
    private readonly translate: Translate = () => undefined,
  ) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    // A message's handler failed: the transport settles, and for that it must see the error itself.
    if (host.getType() !== 'http') return throwError(() => error);
    const response = host.switchToHttp().getResponse<Response>();
    // Answered already, since it took too long: what became of it later is told by the next one who asks.
    if (response.writableEnded) return undefined;
    const problem = this.problemOf(error);
    if (problem.options.reason !== undefined) this.log.warn('caller.refused', { code: problem.options.reason });
    if (!response.headersSent) sendProblem(response, problem);
    else response.destroy();
    return undefined;
  }

  private problemOf(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error;
    const translated = this.translate(error);
    if (translated !== undefined) return translated;
    if (error instanceof HttpException && error.getStatus() < 500) {
      return new ProblemError(codeOfStatus(error.getStatus()), error.getStatus());
    }
    this.log.failure('request.failed', error);
    return new ProblemError('internal', 500);
  }
}

/** @param response nothing sent yet */
export const sendProblem = (response: Response, { code, status, options }: ProblemError): void => {
  const { sv, en } = PROBLEMS[code];
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (status === 503 || status === 507) response.setHeader('Retry-After', '5');
  if (status === 429) response.setHeader('Retry-After', '1');
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `/problems/${code}`,
        title: en,
        titleSv: sv,
        status,
        ...(options.violations === undefined ? {} : { violations: options.violations }),
        ...options.extensions,
      }),
    );
};
