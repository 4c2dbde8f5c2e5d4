import type { ExecutionContext } from '@nestjs/common';
import { PolicyGuard, ProblemError } from '#platform';
import type { Load } from '#platform';
import type { Reflector } from '@nestjs/core';
import type { SystemStore } from '../application/ports.js';
import type { AccessTokens } from '../keys/access-tokens.js';
import type { Response } from 'express';
import type { AuthenticatedRequest } from './caller.js';

/**
 * Lets in systems of the authorities hosted here. The token says which system calls; for which authority it acts stands in
 * the gateway's own table, looked up on every request, so that a registration withdrawn ends at once.
 */
export class SystemGuard extends PolicyGuard {
  constructor(
    reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly systems: SystemStore,
    private readonly now: () => Date,
    private readonly load?: Load,
  ) {
    super(reflector);
  }

  protected override async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    if (policy !== 'system') return false;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    const id =
      scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0
        ? await this.tokens.verify(token, this.now())
        : undefined;
    const system = id === undefined ? undefined : await this.systems.find(id);
    if (system === undefined) throw new ProblemError('unauthenticated', 401, { reason: 'access-token' });
    this.load?.of(system.id, context.switchToHttp().getResponse<Response>());
    request.caller = { system: system.id, authority: system.authority };
    return true;
  }
}
