import { isStoreFailure } from '#persistence';
import { ProblemError } from '#platform';
import { isDiskFailure } from '../attachments/attachment-files.js';
import { GatewayError, NotYet } from '../domain/errors.js';
import { problems } from '../http/gateway-problems.js';

/** The gateway's own errors, and those of what it keeps things on, as problems. @returns undefined for what nobody foresaw */
export const translate = (error: unknown): ProblemError | undefined => {
  if (error instanceof GatewayError) {
    const [code, status] = problems[error.code];
    const { faults, extensions, reason } = error.details;
    return new ProblemError(code, status, {
      ...(faults === undefined ? {} : { violations: faults }),
      ...(extensions === undefined ? {} : { extensions }),
      ...(reason === undefined ? {} : { reason }),
    });
  }
  // A store may fail by the same codes of the system, while it is connected to.
  if (isDiskFailure(error)) return new ProblemError('storage', 507);
  if (error instanceof NotYet || isStoreFailure(error)) return new ProblemError('not-ready', 503);
  return undefined;
};
