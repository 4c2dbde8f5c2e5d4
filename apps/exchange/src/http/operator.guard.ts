import { createHash, timingSafeEqual } from 'node:crypto';
import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { PolicyGuard, ProblemError } from '#platform';
import type { Request } from 'express';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets in the operator's people, by the secret that the deploy step wrote. They see ciphertext and codes, never content. */
export class OperatorGuard extends PolicyGuard {
  private readonly expected: Buffer;

  constructor(reflector: Reflector, secret: string) {
    super(reflector);
    this.expected = hash(`Bearer ${secret}`);
  }

  protected override authorize(policy: string, context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    if (!timingSafeEqual(hash(headers.authorization ?? ''), this.expected))
      throw new ProblemError('unauthenticated', 401);
    return policy === 'operator';
  }
}
