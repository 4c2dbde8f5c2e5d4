import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import type { ExecutionContext, INestApplicationContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { Policy, PolicyGuard, Public, assertEveryRouteHasPolicy } from './access.js';
import { ProblemError } from './problem.js';

/** Lets in whoever asks for `system`, and asks back whoever asks for `staff`. */
class ExampleGuard extends PolicyGuard {
  protected override authorize(policy: string): boolean {
    if (policy === 'staff') throw new ProblemError('unauthenticated', 401);
    return policy === 'system';
  }
}

@Controller('open')
class Routes {
  @Get('a') @Public() public(): void {}
  @Get('b') @Policy('system') system(): void {}
  @Get('c') @Policy('staff') staff(): void {}
  @Get('d') @Policy('auditor') auditor(): void {}
}
@Controller('forgotten')
class Forgotten {
  @Get('a') @Public() open(): void {}
  @Get('b') bare(): void {}
  @MessagePattern('x') deaf(): void {}
  helper(): void {}
}
@Controller('whole')
@Policy('system')
class Whole {
  @Get('a') inherits(): void {}
  @Get('b') @Public() opens(): void {}
}

const guard = new ExampleGuard(new Reflector());
const outcome = async (cls: new () => object, name: string, type = 'http'): Promise<string> => {
  const handler = (cls.prototype as Record<string, unknown>)[name];
  const context = { getHandler: () => handler, getClass: () => cls, getType: () => type };
  try {
    return (await guard.canActivate(context as unknown as ExecutionContext)) ? 'in' : 'out';
  } catch (error) {
    if (error instanceof ProblemError) return `${error.status} ${error.code}`;
    throw error;
  }
};

describe('a route', () => {
  it('is open to those whom its policy lets in', async () => {
    expect(await outcome(Routes, 'public')).toBe('in');
    expect(await outcome(Routes, 'system')).toBe('in');
    expect(await outcome(Whole, 'inherits')).toBe('in');
    expect(await outcome(Whole, 'opens')).toBe('in');
  });

  it('does not exist for others, and asks who they are where it must', async () => {
    expect(await outcome(Routes, 'auditor')).toBe('404 not-found');
    expect(await outcome(Routes, 'staff')).toBe('401 unauthenticated');
  });

  it('without a policy does not exist for anybody', async () => {
    expect(await outcome(Forgotten, 'bare')).toBe('404 not-found');
    expect(await outcome(Forgotten, 'deaf', 'rpc')).toBe('404 not-found');
  });

  it('of a message is open by its policy: what its sender may say stands in its signature', async () => {
    expect(await outcome(Routes, 'auditor', 'rpc')).toBe('in');
  });
});

describe('the start-up test', () => {
  const app = (...controllers: readonly (new () => object)[]): INestApplicationContext => {
    const map = new Map(controllers.map((metatype) => [metatype.name, { metatype }]));
    const modules = new Map([['module', { controllers: map }]]);
    return { get: () => modules } as unknown as INestApplicationContext;
  };

  it('counts every route and message handler', () => {
    expect(assertEveryRouteHasPolicy(app(Routes, Whole))).toBe(6);
  });

  it('names what has no policy', () => {
    expect(() => assertEveryRouteHasPolicy(app(Routes, Forgotten))).toThrow('Forgotten.bare, Forgotten.deaf');
  });
});
