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

/**
 * Lets in systems of the authorities hosted here. The token says which system calls; for which authority it acts stands in
 * the gateway's own table, looked up on every request, so that a registration withdrawn ends at once. What it may do stands there too: a token carries
 * some of that, and never more.
 */
export class SystemGuard extends PolicyGuard {
  constructor(
    private readonly declared: Reflector,
    private readonly tokens: AccessTokens,
    private readonly systems: SystemStore,
    private readonly now: () => Date,
    private readonly load?: Load,
  ) {
    super(declared);
  }

  protected override async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    const scopes = this.declared.get<readonly Scope[] | undefined>(SCOPE, context.getHandler());
    if (policy !== 'system' || scopes === undefined) return false;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    const bearer =
      scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0
        ? await this.tokens.verify(token, this.now())
        : undefined;
    const system = bearer === undefined ? undefined : await this.systems.find(bearer.system);
    if (bearer === undefined || system === undefined)
      throw new ProblemError('unauthenticated', 401, { reason: 'access-token' });
    const response = context.switchToHttp().getResponse<Response>();
    // Persons stand in it: nothing on the way keeps it.
    response.setHeader('Cache-Control', 'no-store');
    this.load?.of(system.id, response);
    if (!scopes.every((scope) => system.scopes.includes(scope) && bearer.scopes?.includes(scope) !== false))
      throw new ProblemError('insufficient-scope', 403, { scope: scopes.join(' ') });
    request.caller = { system: system.id, authority: system.authority };
    return true;
  }
}
