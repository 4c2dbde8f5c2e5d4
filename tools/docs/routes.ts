import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RequestMethod } from '@nestjs/common';
import { SCOPES } from '#contracts';
import { HealthController, ProblemPageController } from '#platform';
import { code, table } from './markdown.js';

type Controller = new (...args: never[]) => object;
export interface Route {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly policy: string;
  /** That a system needs; of routes for systems alone. */
  readonly scopes: readonly string[];
}

const SERVICES = ['gateway', 'exchange', 'ledger', 'registry', 'console'] as const;

/** Controllers of a service, as compiled: every class of `http/*.controller.js`. */
export const controllersOf = async (dist: string, service: string): Promise<readonly Controller[]> => {
  const folder = join(dist, 'apps', service, 'src/http');
  const found: Controller[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.controller.js')) continue;
    const exported = (await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(exported)) {
      if (name.endsWith('Controller') && typeof value === 'function') found.push(value as Controller);
    }
  }
  return found;
};

/** Routes of a controller with the policy of each, from the marks that its decorators left. */
export const routesOf = (service: string, controller: Controller): readonly Route[] => {
  const base = Reflect.getMetadata('path', controller) as string;
  const prototype = controller.prototype as Readonly<Record<string, object>>;
  return Object.getOwnPropertyNames(prototype)
    .map((name) => prototype[name])
    .filter((handler) => typeof handler === 'function' && Reflect.hasMetadata('method', handler))
    .map((handler) => {
      const own = Reflect.getMetadata('path', handler as object) as string;
      const policy = (Reflect.getMetadata('delge:policy', handler as object) ??
        Reflect.getMetadata('delge:policy', controller)) as string;
      const scopes = (Reflect.getMetadata('delge:scope', handler as object) ?? []) as readonly string[];
      const method = RequestMethod[Reflect.getMetadata('method', handler as object) as number] ?? '';
      const path = `/${[base, own].join('/')}`.replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
      return {
        service,
        method,
        path: path.replaceAll(/:(\w+)/g, '{$1}').replace('*path', '{path}'),
        policy: Reflect.hasMetadata('delge:staff-may', handler as object) ? `${policy} or staff` : policy,
        scopes,
      };
    });
};

export const allRoutes = async (dist: string): Promise<readonly Route[]> => {
  const routes: Route[] = [];
  for (const service of SERVICES) {
    for (const controller of await controllersOf(dist, service)) routes.push(...routesOf(service, controller));
  }
  return [...routes, ...[HealthController, ProblemPageController].flatMap((one) => routesOf('every service', one))];
};

const POLICIES: Readonly<Record<string, string>> = {
  public: 'anyone who reaches the port',
  system: 'a registered system, bearer token of this gateway',
  'system or staff': 'a registered system, or staff with a session here',
  operator: "the operator's people, the secret of `OPERATOR_TOKEN_FILE`",
  service: 'a gateway, the exchange or the console, service token signed by its own live key',
  auditor: 'an auditor who is logged in; a browser that is not is led to the login',
  assignment: 'an auditor who has chosen an assignment that is live; others are led to the choice',
  exchange: 'the exchange, service token signed by its decision key',
};

/** @throws {Error} when a route has a policy that nobody has described */
export const routesTable = (routes: readonly Route[]): string =>
  table(
    ['service', 'route', 'who may'],
    routes.map(({ service, method, path, policy }) => {
      const who = POLICIES[policy];
      if (who === undefined) throw new Error(`${method} ${path} has the policy ${policy}, which is not described`);
      return [service, code(`${method} ${path}`), who];
    }),
  );

/** Which operations each scope is for. */
export const scopesTable = (routes: readonly Route[]): string =>
  table(
    ['scope', 'may', 'operations'],
    Object.entries(SCOPES).map(([scope, may]) => {
      const own = routes.filter((route) => route.scopes.includes(scope));
      return [code(scope), may, own.map(({ method, path }) => code(`${method} ${path}`)).join('<br>')];
    }),
  );
