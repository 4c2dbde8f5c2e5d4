import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { throwError } from 'rxjs';
import type { EventLog } from './event-log.js';
import { ProblemError, problemBody } from './problem.js';
import type { ProblemCode } from './problem-table.js';

/** Turns an application's own error into a problem; undefined: not one of its own. */
export type Translate = (error: unknown) => ProblemError | undefined;

/** How a service answers a refusal. @param instance of the answer, by which it is found in the log */
export type Refuse = (request: Request, response: Response, problem: ProblemError, instance: string) => void;

const newInstance = (): string => randomUUID();
const codeOfStatus = (status: number): ProblemCode => {
  if (status === 404) return 'not-found';
  if (status === 413) return 'too-large';
  if (status === 415) return 'unsupported-media-type';
  if (status === 401) return 'unauthenticated';
  return status < 500 ? 'invalid-request' : 'internal';
};

/** Every refusal is `application/problem+json`, where the service does not say otherwise; what nobody foresaw says nothing about itself to the caller. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: EventLog,
    private readonly translate: Translate = () => undefined,
    private readonly refuse: Refuse = (_request, response, problem, instance) =>
      sendProblem(response, problem, instance),
  ) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    // A message's handler failed: the transport settles, and for that it must see the error itself.
    if (host.getType() !== 'http') return throwError(() => error);
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    // Answered already, since it took too long: what became of it later is told by the next one who asks.
    if (response.writableEnded) return undefined;
    const instance = newInstance();
    const problem = this.problemOf(error, instance);
    if (problem.options.reason !== undefined)
      this.log.warn('caller.refused', { code: problem.options.reason, instance });
    if (!response.headersSent) this.refuse(http.getRequest<Request>(), response, problem, instance);
    else response.destroy();
    return undefined;
  }

  private problemOf(error: unknown, instance: string): ProblemError {
    if (error instanceof ProblemError) return error;
    const translated = this.translate(error);
    if (translated !== undefined) return translated;
    if (error instanceof HttpException && error.getStatus() < 500) {
      return new ProblemError(codeOfStatus(error.getStatus()), error.getStatus());
    }
    this.log.failure('request.failed', error, { instance });
    return new ProblemError('internal', 500);
  }
}

/** Seconds after which a refusal with a status is worth trying again. */
const RETRY_AFTER: Readonly<Record<number, number>> = { 429: 1, 503: 5, 507: 5 };
/** @returns seconds after which it is worth trying again; undefined: never as it is */
export const retryAfterOf = ({ status, options }: ProblemError): number | undefined =>
  options.retryAfter ?? RETRY_AFTER[status];

/**
 * @param response nothing sent yet
 * @param instance of the answer, by which it is found in the log
 */
export const sendProblem = (response: Response, problem: ProblemError, instance = newInstance()): void => {
  const { status, options } = problem;
  const retryAfter = retryAfterOf(problem);
  // Of what was found and then does not leave: by it one could tell whether a guess is right.
  response.removeHeader('ETag');
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (options.scope !== undefined)
    response.setHeader('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${options.scope}"`);
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, `urn:uuid:${instance}`)));
};
