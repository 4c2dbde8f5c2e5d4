import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { PolicyGuard, ProblemError } from '#platform';
import { SnapshotError, verifyServiceToken } from '#snapshot';
import type { Audience, Snapshot } from '#snapshot';
import type { Request } from 'express';

/** A request whose service token has been verified. */
export interface ServiceRequest extends Request {
  /** `gateway:<id>` or `exchange`. */
  holder?: string;
}

/** Lets in those who show a service token signed by a live key of theirs (policy `service`). */
export class ServiceTokenGuard extends PolicyGuard {
  /** @param snapshot the newest there is; asked again, by `refresh`, when a key is not known in it */
  constructor(
    reflector: Reflector,
    private readonly audience: Audience,
    private readonly snapshot: () => Snapshot | undefined,
    private readonly refresh: () => Promise<void>,
  ) {
    super(reflector);
  }

  protected override async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    const [scheme, token = '', ...rest] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || rest.length > 0) throw new ProblemError('unauthenticated', 401);
    const holder = (await this.holder(token)) ?? (await this.refreshed(token));
    if (holder === undefined) throw new ProblemError('unauthenticated', 401);
    request.holder = holder;
    return policy === 'service' || policy === holder;
  }

  private async refreshed(token: string): Promise<string | undefined> {
    const before = this.snapshot()?.size;
    await this.refresh();
    return this.snapshot()?.size === before ? undefined : this.holder(token);
  }

  private async holder(token: string): Promise<string | undefined> {
    const snapshot = this.snapshot();
    if (snapshot === undefined) return undefined;
    try {
      return await verifyServiceToken(token, { aud: this.audience, now: new Date(), snapshot });
    } catch (error) {
      if (error instanceof SnapshotError) return undefined;
      throw error;
    }
  }
}
