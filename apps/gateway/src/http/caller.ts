import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Member } from '../application/ports/staff.js';
import type { Assurance } from '../application/ports/referral.js';
import type { Asking } from '../application/read-events.js';

/** Set by the guard, from the gateway's own table of systems. */
export interface AuthenticatedRequest extends Request {
  /** `staff`: a person who has logged in, whose entry in the table of staff `system` then is. */
  caller?: Asking & { readonly staff?: Member };
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
  const { staff: _, ...asking } = caller;
  return asking;
});

/** How it is known who the officer is: a person logged in to this gateway, or a system says so. */
export const Assured = createParamDecorator((_data: unknown, context: ExecutionContext): Assurance =>
  context.switchToHttp().getRequest<AuthenticatedRequest>().caller?.staff === undefined ? 'asserted' : 'authenticated',
);
