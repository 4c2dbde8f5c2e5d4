import type { INestApplication } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { DisclosureTransport, Suspects, gatewayQueue } from '#messaging';
import { routesOf } from '#platform';
import type { Platform } from '#platform';
import type { GatewayConfig } from '../gateway.config.js';
import { ApiDocument } from '../http/api-document.js';
import { assertEveryRouteDeclares } from '../http/declarations.js';

/** Without these everything that comes would be held. */
const NEEDED = ['database', 'keys', 'rules'];

/** Consumers start last: what they take in can be handled by then. */
export const consume = async (app: INestApplication, config: GatewayConfig, platform: Platform): Promise<void> => {
  assertEveryRouteDeclares(routesOf(app));
  const { AMQP_URL: url, GATEWAY_ID: gateway, PREFETCH: prefetch } = config;
  const queue = gatewayQueue(gateway);
  const mayConsume = async (): Promise<boolean> => {
    const faults = await platform.health.faults();
    return !NEEDED.some((name) => name in faults);
  };
  const suspects = app.get(Suspects);
  const strategy = new DisclosureTransport(
    { url, queue, name: `gateway-${gateway}`, prefetch, suspects, mayConsume },
    platform.log,
  );
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
  platform.onDrain('consumers', () => strategy.drain());
  platform.health.watch('consumer', () => strategy.fault());
  app.get(ApiDocument).describe(app);
  await app.startAllMicroservices();
};
