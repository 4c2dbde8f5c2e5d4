import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Scope as Name } from '#contracts';
import { generateKey, localSigner } from '#envelope';
import { canonicalBytes } from '#json';
import { Policy, ProblemError, sendProblem } from '#platform';
import { MemorySystemStore, aClock } from '#testing';
import { AccessTokens } from '../keys/access-tokens.js';
import { Scope } from './scope.js';
import type { StaffAccess } from './staff-access.js';
import { StaffMay, StaffMayNot } from './staff-may.js';
import { SystemGuard } from './system.guard.js';

const SYSTEM = '01930000-0000-7000-8000-00000000aaaa';
const ISSUER = 'https://gateway.example';
const [own, next, gatewayKey] = await Promise.all([generateKey('system'), generateKey('system'), generateKey('token')]);
const clock = aClock();
const tokens = new AccessTokens(() => ({ signers: [localSigner(gatewayKey)], keys: [gatewayKey] }), ISSUER);

class Routes {
  @Policy('system') @Scope('events:read') events(): void {}
  @Policy('system') @Scope('deliveries:read') deliveries(): void {}
  @Policy('system') @Scope('webhooks:write', 'events:read') webhook(): void {}
  @Policy('system') @StaffMay() @StaffMayNot('onDeny', 'retract') @Scope('referrals:write') submit(): void {}
  @Policy('system') forgotten(): void {}
}

describe('a system at a route', () => {
  let systems: MemorySystemStore;
  const register = (scopes?: readonly Name[], { kid, jwk } = own): Promise<string> => {
    clock.advance(1);
    const system = { id: SYSTEM, authority: 'a/b', kid, jwk, statement: '', statedAt: clock.now() };
    return systems.put({ ...system, ...(scopes === undefined ? {} : { scopes }) });
  };
  beforeEach(async () => {
    systems = new MemorySystemStore();
    await register();
  });

  const ask = async (route: keyof Routes, scopes: readonly string[]): Promise<unknown> =>
    show(route, await tokens.issue({ id: SYSTEM, kid: own.kid }, 'jti', clock.now(), scopes));
  const show = async (route: keyof Routes, token: string): Promise<unknown> => {
    const authorization = `Bearer ${token}`;
    const request: { headers: object; caller?: object } = { headers: { authorization } };
    const context = {
      getHandler: () => Routes.prototype[route],
      getClass: () => Routes,
      getType: () => 'http',
      switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({ setHeader: () => undefined }) }),
    };
    const guard = new SystemGuard(new Reflector(), tokens, systems, clock.now);
    try {
      await guard.canActivate(context as unknown as ExecutionContext);
      return request.caller;
    } catch (error) {
      if (error instanceof ProblemError) return [error.status, error.code, error.options.scope];
      throw error;
    }
  };
  const IN = { system: SYSTEM, authority: 'a/b', kid: own.kid };

  it('is let in by a token that carries the scope, and else told which one it lacks', async () => {
    expect(await ask('events', ['events:read'])).toEqual(IN);
    expect(await ask('deliveries', ['events:read'])).toEqual([403, 'insufficient-scope', 'deliveries:read']);
    expect(await ask('deliveries', ['events:read', 'deliveries:read'])).toEqual(IN);
    expect(await ask('events', [])).toEqual([403, 'insufficient-scope', 'events:read']);
    expect(await ask('events', ['events', 'read', 'Events:read'])).toEqual([403, 'insufficient-scope', 'events:read']);
  });

  it('may no more than is registered for it, whatever its token carries, from the moment on that it is', async () => {
    await register(['deliveries:read']);
    expect(await ask('events', ['events:read'])).toEqual([403, 'insufficient-scope', 'events:read']);
    expect(await ask('deliveries', ['deliveries:read'])).toEqual(IN);
  });

  it('is let in no more by what was given on a key that was replaced, as soon as it is', async () => {
    expect(await ask('events', ['events:read'])).toEqual(IN);
    await register(undefined, next);
    expect(await ask('events', ['events:read'])).toEqual([401, 'unauthenticated', undefined]);
    const token = await tokens.issue({ id: SYSTEM, kid: next.kid }, 'jti', clock.now(), ['events:read']);
    expect(await show('events', token)).toEqual({ ...IN, kid: next.kid });
  });

  it('is let in by what was given before tokens named a key', async () => {
    const iat = clock.now().getTime() / 1000;
    const claims = { iss: ISSUER, aud: ISSUER, sub: SYSTEM, client_id: SYSTEM, jti: 'jti', iat, scope: 'events:read' };
    const sign = (payload: object): Promise<string> => localSigner(gatewayKey).sign('at+jwt', canonicalBytes(payload));
    clock.advance(1_000);
    expect(await show('events', await sign({ ...claims, exp: iat + 600 }))).toEqual(IN);
    const refused = [401, 'unauthenticated', undefined];
    expect(await show('events', await sign({ ...claims, exp: iat + 600, client_kid: null }))).toEqual(refused);
  });

  it('needs every scope that a route names, in its token and registered for it', async () => {
    const both = ['webhooks:write', 'events:read'] as const;
    const refused = [403, 'insufficient-scope', 'webhooks:write events:read'];
    for (const one of both) expect(await ask('webhook', [one])).toEqual(refused);
    expect(await ask('webhook', both)).toEqual(IN);
    for (const one of both) {
      await register([one]);
      expect(await ask('webhook', both)).toEqual(refused);
    }
  });

  it('finds no route that names no scope', async () => {
    expect(await ask('forgotten', ['events:read'])).toEqual([404, 'not-found', undefined]);
  });

  it('is told in the header that RFC 6750 has for it', () => {
    const headers = new Map<string, string>();
    let body = '';
    const response = {
      setHeader: (name: string, value: string) => headers.set(name, value),
      removeHeader: (name: string) => headers.delete(name),
      status: () => response,
      type: () => response,
      send: (text: string) => void (body = text),
    };
    sendProblem(response as never, new ProblemError('insufficient-scope', 403, { scope: 'events:read' }));
    expect(headers.get('WWW-Authenticate')).toBe('Bearer error="insufficient_scope", scope="events:read"');
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/insufficient-scope', status: 403, scope: 'events:read' });
  });
});

describe('a member of staff at a route that is theirs too', () => {
  const route: keyof Routes = 'submit';
  const member = { id: SYSTEM, authority: 'a/b', scopes: ['referrals:write'] };
  const ask = async (query: object): Promise<unknown> => {
    const request: { headers: object; query: object; caller?: object } = { headers: {}, query };
    const context = {
      getHandler: () => Routes.prototype[route],
      getClass: () => Routes,
      getType: () => 'http',
      switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({ setHeader: () => undefined }) }),
    };
    const staff = { caller: async () => member } as unknown as StaffAccess;
    const guard = new SystemGuard(new Reflector(), tokens, new MemorySystemStore(), clock.now, undefined, staff);
    try {
      await guard.canActivate(context as unknown as ExecutionContext);
      return request.caller;
    } catch (error) {
      if (error instanceof ProblemError) return [error.status, error.code];
      throw error;
    }
  };

  it('does not get by its query what another route does for systems alone', async () => {
    expect(await ask({ onDeny: 'retract' })).toEqual([403, 'not-for-staff']);
    for (const query of [{}, { onDeny: 'refuse' }, { onAssess: 'refuse' }])
      expect(await ask(query)).toMatchObject({ authority: 'a/b', staff: member });
  });
});
