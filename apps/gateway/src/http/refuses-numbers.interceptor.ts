import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { ProblemError } from '#platform';
import { numbersOutOfPlace } from '../domain/environment-numbers.js';

/** Looks through the body of every route, before anything is made of it, for persons and companies that do not belong in the environment. */
export class RefusesNumbers implements NestInterceptor {
  constructor(private readonly isProduction: boolean) {}

  /** @throws {ProblemError} content-invalid */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { body } = context.switchToHttp().getRequest<{ readonly body?: unknown }>();
    const violations = numbersOutOfPlace(this.isProduction, body);
    if (violations.length > 0) throw new ProblemError('content-invalid', 422, { violations });
    return next.handle();
  }
}
