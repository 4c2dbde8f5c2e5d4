import type { NextFunction, Request, Response } from 'express';
import { ProblemError } from './problem.js';
import { sendProblem } from './problem.filter.js';

/** Refuses a request that names two hosts (RFC 9112 section 3.2): Node takes the first, and whoever stands before it may take the other. */
export const oneHost = (request: Request, response: Response, next: NextFunction): void => {
  const names = request.rawHeaders.filter((_, i) => i % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'host').length < 2) {
    next();
    return;
  }
  response.setHeader('Connection', 'close');
  sendProblem(response, new ProblemError('invalid-request', 400));
};
