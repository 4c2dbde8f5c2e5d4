import { SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Reflector } from '@nestjs/core';
import { ProblemError } from './problem.js';

const POLICY = 'delge:policy';
const PUBLIC = 'public';

/** Who may call a route or send a message: the name of a policy that the service's guard knows. */
export const Policy = (name: string): MethodDecorator & ClassDecorator => SetMetadata(POLICY, name);
/** Open to anyone who reaches the port. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(POLICY, PUBLIC);

/** Global guard, deny by default: a route without a policy does not exist for anybody (design.md section 9). */
export abstract class PolicyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const policy = this.reflector.getAllAndOverride<string | undefined>(POLICY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (policy === undefined) throw new ProblemError('not-found', 404);
    if (policy === PUBLIC) return true;
    // Messages come over accounts that the broker has authenticated; what one may say stands in its signature.
    if (context.getType() === 'rpc') return true;
    if (await this.authorize(policy, context)) return true;
    throw new ProblemError('not-found', 404);
  }

  /** @returns false: for this caller it does not exist @throws {ProblemError} unauthenticated */
  protected abstract authorize(policy: string, context: ExecutionContext): Promise<boolean> | boolean;
}

/** Nest's marks of a route and of a message handler (`PATH_METADATA`, `PATTERN_METADATA` of its packages). */
const MARKS = ['path', 'microservices:pattern'];

/**
 * Start-up test: every route and every message handler says who may use it.
 * @throws {Error} naming those that do not
 */
export function assertEveryRouteHasPolicy(app: INestApplicationContext): number {
  const bare: string[] = [];
  let seen = 0;
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (metatype === null) continue;
      const prototype = (metatype as new () => object).prototype as Record<string, unknown>;
      for (const name of Object.getOwnPropertyNames(prototype).filter((own) => own !== 'constructor')) {
        const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
        if (typeof handler !== 'function' || !MARKS.some((mark) => Reflect.hasMetadata(mark, handler))) continue;
        seen += 1;
        const policy: unknown = Reflect.getMetadata(POLICY, handler) ?? Reflect.getMetadata(POLICY, metatype);
        if (policy === undefined) bare.push(`${metatype.name}.${name}`);
      }
    }
  }
  if (bare.length > 0) throw new Error(`without a policy: ${bare.join(', ')}`);
  return seen;
}
