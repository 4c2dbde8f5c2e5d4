import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { ServiceTokenGuard } from '#operator';
import { PolicyGuard } from '#platform';
import type { OperatorGuard } from './operator.guard.js';

/** The operator's people by their secret, gateways by a token of their own; neither has what is the other's. */
export class ExchangeGuard extends PolicyGuard {
  constructor(
    reflector: Reflector,
    private readonly people: OperatorGuard,
    private readonly services: ServiceTokenGuard,
  ) {
    super(reflector);
  }

  protected override authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    return (policy === 'service' ? this.services : this.people).canActivate(context);
  }
}
