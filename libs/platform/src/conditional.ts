import { UseInterceptors, applyDecorators, createParamDecorator } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { createHash } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ProblemError } from './problem.js';

/** Strong entity tag of a body, as it is sent: quoted, SHA-256 in base64url. */
export const entityTagOf = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;

/** Whether one of the tags that a caller has is this one (RFC 9110 section 13.1.2: compared weakly). Of `*` it is none: who says that shows nothing of having it. */
export const isAmong = (header: string | undefined, tag: string): boolean =>
  header !== undefined && header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

/** Compares what a caller expects with what is there; undefined: there is none. @throws {ProblemError} precondition-failed */
export type Expected = (current: object | undefined) => void;

/** What `If-Match` expects (RFC 9110 section 13.1.1): `*` that there is one; else one of its tags, compared strongly. */
export const expectedBy =
  (header: string): Expected =>
  (current) => {
    const tags = header.split(',').map((one) => one.trim());
    if (current === undefined || !(header.trim() === '*' || tags.includes(entityTagOf(current))))
      throw new ProblemError('precondition-failed', 412);
  };

/** What the caller expects of the thing that it changes; undefined: anything. To be compared under the lock under which it is changed. */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): Expected | undefined => {
  const header = context.switchToHttp().getRequest<Request>().headers['if-match'];
  return header === undefined ? undefined : expectedBy(header);
});

/** Documents `If-Match` of a route that changes what a `Conditional` GET of the same URL reads. */
export const TakesIfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: '`ETag` of what is changed, as it was read; `412` when it is another. Ändra bara om inget har ändrats',
    schema: { type: 'string' },
  });

/** `ETag` and `304` are for `Conditional` to say: Express tags every answer, and answers `*` with `304` on every route. */
export const onlyConditional = (app: Express): void => {
  app.set('etag', false);
  Object.defineProperty(app.request, 'fresh', { value: false });
};

class EntityTags implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    return next.handle().pipe(
      map((body: unknown) => {
        const tag = entityTagOf(body);
        response.setHeader('ETag', tag);
        if (!isAmong(request.headers['if-none-match'], tag)) return body;
        response.status(304);
        return undefined;
      }),
    );
  }
}

/**
 * A GET of one thing, for those who look whether it has changed: `ETag`, and `304` without content to who has it already.
 * The thing is read, and the right to read it is checked, all the same.
 */
export const Conditional = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(new EntityTags()),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: '`ETag` of the answer that is at hand. Svara bara om något har ändrats',
      schema: { type: 'string' },
    }),
    ApiResponse({
      status: 304,
      description: 'Nothing has changed. Inget har ändrats',
      headers: { ETag: { description: 'As asked with', schema: { type: 'string' } } },
    }),
  );
