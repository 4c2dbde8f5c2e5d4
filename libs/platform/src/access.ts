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

/** A route or a message handler of the application. */
export interface Route {
  /** `Controller.method` */
  readonly name: string;
  readonly handler: object;
  readonly policy: string | undefined;
}

export function routesOf(app: INestApplicationContext): readonly Route[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (metatype === null ? [] : routesOfController(metatype)));
}

/** @param controller its class */
export function routesOfController(controller: object): readonly Route[] {
  const { name: of, prototype } = controller as { readonly name: string; readonly prototype: object };
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) => {
    const handler: unknown = value;
    if (name === 'constructor' || typeof handler !== 'function') return [];
    if (!MARKS.some((mark) => Reflect.hasMetadata(mark, handler))) return [];
    const policy: unknown = Reflect.getMetadata(POLICY, handler) ?? Reflect.getMetadata(POLICY, controller);
    return [{ name: `${of}.${name}`, handler, policy: policy as string | undefined }];
  });
}

/**
 * Start-up test: every route and every message handler says who may use it.
 * @throws {Error} naming those that do not
 */
export function assertEveryRouteHasPolicy(app: INestApplicationContext): number {
  const routes = routesOf(app);
  const bare = routes.filter(({ policy }) => policy === undefined);
  if (bare.length > 0) throw new Error(`without a policy: ${bare.map(({ name }) => name).join(', ')}`);
  return routes.length;
}
