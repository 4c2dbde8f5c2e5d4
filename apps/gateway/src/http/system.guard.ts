import type { ExecutionContext } from '@nestjs/common';
import type { Scope } from '#contracts';
import { PolicyGuard, ProblemError } from '#platform';
import type { Load } from '#platform';
import type { Reflector } from '@nestjs/core';
import type { SystemStore } from '../application/ports/system.js';
import type { AccessTokens } from '../keys/access-tokens.js';
import type { Response } from 'express';
import type { AuthenticatedRequest } from './caller.js';
import { SCOPE } from './scope.js';
import { withOfficer } from './staff-access.js';
import type { StaffAccess } from './staff-access.js';
import { STAFF_MAY, STAFF_MAY_NOT } from './staff-may.js';
import type { ForSystems, StaffMember } from './staff-may.js';

/**
 * Lets in systems of the authorities hosted here, and where a route says so their staff. The token says which system calls; for which authority it acts stands in
 * the gateway's own table, looked up on every request, so that a registration withdrawn ends at once, and what was given on a key with that key. What it may do stands
 * there too: a token carries some of that, and never more.
 */
export class SystemGuard extends PolicyGuard {
  constructor(
    private readonly declared: Reflector,
    private readonly tokens: AccessTokens,
    private readonly systems: SystemStore,
    private readonly now: () => Date,
    private readonly load?: Load,
    private readonly staff?: StaffAccess,
  ) {
    super(declared);
  }

  protected override async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    const scopes = this.declared.get<readonly Scope[] | undefined>(SCOPE, context.getHandler());
    if (policy !== 'system' || scopes === undefined) return false;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const mayStaff = this.declared.get<readonly StaffMember[] | undefined>(STAFF_MAY, context.getHandler());
    if (request.headers.authorization === undefined && mayStaff !== undefined && this.staff !== undefined) {
      const member = await this.staff.caller(request);
      if (member !== undefined) {
        this.admit(context, member.id, scopes, member.scopes);
        const mayNot = this.declared.get<ForSystems | undefined>(STAFF_MAY_NOT, context.getHandler());
        if (mayNot !== undefined && request.query[mayNot.name] === mayNot.value)
          throw new ProblemError('not-for-staff', 403);
        withOfficer(request, member, mayStaff);
        request.caller = { system: member.id, authority: member.authority, staff: member };
        return true;
      }
    }
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    const bearer =
      scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0
        ? await this.tokens.verify(token, this.now())
        : undefined;
    const system = bearer === undefined ? undefined : await this.systems.find(bearer.system);
    if (bearer === undefined || system === undefined || (bearer.kid ?? system.kid) !== system.kid)
      throw new ProblemError('unauthenticated', 401, { reason: 'access-token' });
    const own = system.scopes.filter((scope) => bearer.scopes.includes(scope));
    this.admit(context, system.id, scopes, own);
    request.caller = { system: system.id, authority: system.authority, kid: system.kid };
    return true;
  }

  /** @throws {ProblemError} insufficient-scope; of too many calls at once */
  private admit(context: ExecutionContext, id: string, needed: readonly Scope[], own: readonly Scope[]): void {
    const response = context.switchToHttp().getResponse<Response>();
    // Persons stand in it: nothing on the way keeps it.
    response.setHeader('Cache-Control', 'no-store');
    this.load?.of(id, response);
    if (!needed.every((scope) => own.includes(scope)))
      throw new ProblemError('insufficient-scope', 403, { scope: needed.join(' ') });
  }
}
