import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Asking } from '../application/read-events.js';

/** Set by the guard, from the gateway's own table of systems. */
export interface AuthenticatedRequest extends Request {
  caller?: { readonly system: string; readonly authority: string };
}

/** The authority for which the caller acts. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (caller === undefined) throw new Error('a route that asks for its caller has no policy that finds one');
  return caller.authority;
});

/** The system that calls, with the authority for which it acts. */
export const CallingSystem = createParamDecorator((_data: unknown, context: ExecutionContext): Asking => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (caller === undefined) throw new Error('a route that asks for its caller has no policy that finds one');
  return caller;
});
