import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { openApiDocument } from '../../apps/gateway/src/http/openapi.js';
import { controllersOf } from './routes.js';

class DescribedModule {}
Module({})(DescribedModule);

/** Where Nest keeps what a constructor asks for by `@Inject`. */
const ASKED = 'self:paramtypes';
const PUBLIC_URL = 'https://gateway.delge.example';

/** OpenAPI of the gateway's real controllers behind stand-ins that are never called; nothing connects and nothing listens. */
export const openApiJson = async (dist: string): Promise<string> => {
  const controllers = await controllersOf(dist, 'gateway');
  const asked = controllers.flatMap(
    (controller) => (Reflect.getMetadata(ASKED, controller) ?? []) as { readonly param: Provider }[],
  );
  const providers = asked.map(({ param }) => ({ provide: param, useValue: {} }) as Provider);
  const module: DynamicModule = { module: DescribedModule, controllers: [...controllers], providers };
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  try {
    return JSON.stringify(openApiDocument(app, PUBLIC_URL));
  } finally {
    await app.close();
  }
};
