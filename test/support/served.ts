import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { DelgeClient } from '#client';
import { EventLog, MAX_REQUEST_BODY, ProblemFilter, bodyReader, onlyConditional, validationPipe } from '#platform';
import { Module } from '@nestjs/common';
import type { ExecutionContext, Provider, Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import type { Asking } from '../../apps/gateway/src/application/read-events.js';
import { gatewayService } from '../../apps/gateway/src/gateway.module.js';
import type { AuthenticatedRequest } from '../../apps/gateway/src/http/caller.js';

export interface Served {
  readonly base: string;
  readonly client: DelgeClient;
  /** @returns status and body */
  ask(method: string, path: string, body?: unknown): Promise<readonly [number, Readonly<Record<string, unknown>>]>;
  close(): Promise<void>;
}

class ServedModule {}
Module({})(ServedModule);

/** A gateway's routes as they are, before a guard that lets everyone in as whoever `caller` says at that moment. */
export const served = async (
  controllers: readonly Type[],
  providers: readonly Provider[],
  caller: () => Asking,
): Promise<Served> => {
  const guard = {
    canActivate: (context: ExecutionContext): boolean => {
      context.switchToHttp().getRequest<AuthenticatedRequest>().caller = caller();
      return true;
    },
  };
  const module = {
    module: ServedModule,
    controllers: [...controllers],
    providers: [...providers, { provide: APP_GUARD, useValue: guard }],
  };
  const app = await NestFactory.create<NestExpressApplication>(module, { bodyParser: false, logger: false });
  onlyConditional(app.getHttpAdapter().getInstance());
  app.use('/oauth2/token', (_: unknown, response: Response) => response.json({ access_token: 'x', expires_in: 600 }));
  app.use(bodyReader({ maxBytes: MAX_REQUEST_BODY, rules: [] }));
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(new EventLog('test', 'silent'), gatewayService.translate));
  await app.listen(0, '127.0.0.1');
  const base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return {
    base,
    client: new DelgeClient({ gateway: base, system: 'x', key: key as never }),
    ask: async (method, path, body) => {
      const response = await fetch(`${base}${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      // `instance` names one answer: two of the same refusal differ by it alone.
      const { instance: _, ...told } = (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
      return [response.status, told];
    },
    close: () => app.close(),
  };
};
