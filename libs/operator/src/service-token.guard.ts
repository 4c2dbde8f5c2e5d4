import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { PolicyGuard, ProblemError } from '#platform';
import { SnapshotError, verifyServiceToken } from '#snapshot';
import type { Audience, Snapshot } from '#snapshot';
import type { Request } from 'express';

/** A request whose service token has been verified. */
export interface ServiceRequest extends Request {
  /** `gateway:<id>`, `exchange` or `console`. */
  holder?: string;
}

/** Who showed the token, or why nobody did. */
interface Proof {
  readonly holder?: string;
  readonly reason?: string;
}

/** Lets in those who show a service token signed by a live key of theirs (policy `service`). */
export class ServiceTokenGuard extends PolicyGuard {
  /** @param snapshot the newest there is; asked again, by `refresh`, when a key is not known in it */
  constructor(
    reflector: Reflector,
    private readonly audience: Audience,
    private readonly snapshot: () => Snapshot | undefined,
    private readonly refresh: () => Promise<void>,
    private readonly now: () => Date,
  ) {
    super(reflector);
  }

  protected override async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    const [scheme, token = '', ...rest] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || rest.length > 0) throw new ProblemError('unauthenticated', 401);
    const first = await this.proof(token);
    const { holder, reason } = first.holder === undefined ? await this.refreshed(token, first) : first;
    if (holder === undefined) throw new ProblemError('unauthenticated', 401, { reason: reason ?? 'not-ready' });
    request.holder = holder;
    return policy === 'service' || policy === holder;
  }

  private async refreshed(token: string, first: Proof): Promise<Proof> {
    const before = this.snapshot()?.size;
    await this.refresh();
    return this.snapshot()?.size === before ? first : this.proof(token);
  }

  private async proof(token: string): Promise<Proof> {
    const snapshot = this.snapshot();
    if (snapshot === undefined) return {};
    try {
      return { holder: await verifyServiceToken(token, { aud: this.audience, now: this.now(), snapshot }) };
    } catch (error) {
      if (error instanceof SnapshotError) return { reason: error.path ?? 'claims' };
      throw error;
    }
  }
}
