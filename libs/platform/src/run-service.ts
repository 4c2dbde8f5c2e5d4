import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { assertEveryRouteHasPolicy } from './access.js';
import { trustAuthorities } from './authorities.js';
import { MAX_REQUEST_BODY, bodyReader } from './body.js';
import type { BodyRule } from './body.js';
import { Certificates, serversOf } from './certificates.js';
import { onlyConditional } from './conditional.js';
import { ConfigError, loadConfig } from './config.js';
import type { Environment, ServiceConfig } from './config.js';
import { boundConnections } from './connections.js';
import { crashPoint } from './crash-point.js';
import type { CrashPoint } from './crash-point.js';
import { EventLog } from './event-log.js';
import { Health, HealthController } from './health.js';
import { Load } from './load.js';
import type { LoadLimits } from './load.js';
import { oneHost } from './one-host.js';
import { paced } from './pace.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemPageController } from './problem-page.controller.js';
import type { Refuse, Translate } from './problem.filter.js';
import { validationPipe } from './validation.pipe.js';

/** In this order a service lets go of its work: nothing new comes in, what runs ends, what is written leaves, then the stores. */
const STAGES = ['consumers', 'loops', 'relay', 'http', 'stores'] as const;
export type Stage = (typeof STAGES)[number];

/** What the process gives to a service's module. */
export interface Platform {
  readonly log: EventLog;
  readonly health: Health;
  readonly crash: CrashPoint;
  /** Absent when the service sets no limits. */
  readonly load?: Load;
  onDrain(stage: Stage, drain: () => Promise<void> | void): void;
}

export interface Service<C extends ServiceConfig> {
  readonly name: string;
  readonly config: new () => C;
  readonly module: (config: C, platform: Platform) => Promise<DynamicModule> | DynamicModule;
  /** The service's own errors as problems. */
  readonly translate?: Translate;
  /** How a refusal is answered; absent: as problem details. */
  readonly refuse?: Refuse;
  /** How much it takes in hand; absent: what its routes wait for is bounded otherwise. */
  readonly load?: (config: C) => LoadLimits;
  /** Routes that take something else than JSON. */
  readonly bodies?: readonly BodyRule[];
  /** After the application is made and before it listens: connects transports, starts loops. */
  readonly started?: (app: INestApplication, config: C, platform: Platform) => Promise<void> | void;
}

class PlatformModule {}
Module({})(PlatformModule);
class RootModule {}
Module({})(RootModule);

/** Starts one service and stays until told to stop. The one place where the environment is read and the process ends. */
export async function runService<C extends ServiceConfig>(service: Service<C>): Promise<void> {
  const config = configOf(service);
  const log = new EventLog(service.name, config.LOG_LEVEL);
  const health = new Health();
  const drains = new Map<Stage, (() => Promise<void> | void)[]>();
  const platform: Platform = {
    log,
    health,
    crash: crashPoint(config.DELGE_ENVIRONMENT === 'production' ? undefined : config.CRASH_AT),
    ...(service.load === undefined ? {} : { load: new Load(service.load(config)) }),
    onDrain: (stage, drain) => drains.set(stage, [...(drains.get(stage) ?? []), drain]),
  };
  let app: INestApplication | undefined;
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    health.drain();
    const ended = drain(drains, app, log).then(() => code);
    const late = delay(config.SHUTDOWN_GRACE_MS + 5_000, 1, { ref: false });
    const result = await Promise.race([ended, late]);
    log.info('service.stopped', { code: String(result) });
    process.exit(result);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0));
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      log.failure('service.failed', error);
      void stop(1);
    });
  }
  try {
    watchCertificates(config, platform);
    app = await create(service, config, platform);
    await service.started?.(app, config, platform);
    await app.listen(config.PORT, config.HOST);
    const { port } = (app.getHttpServer() as Server).address() as { readonly port: number };
    log.info('service.started', { port });
  } catch (error) {
    if (error instanceof ConfigError) misconfigured(service.name, error);
    log.failure('service.not-started', error);
    await stop(1);
  }
}

/** Before anything connects: where one is not believed nothing gets further than that, and the log says why. */
const watchCertificates = (config: ServiceConfig, platform: Platform): void => {
  const servers = serversOf(config);
  if (servers.length === 0) return;
  const certificates = new Certificates(servers, platform.log);
  platform.health.watch('certificates', () => certificates.warning());
  certificates.start();
  platform.onDrain('loops', () => certificates.stop());
};

/** One line for whoever wrote the configuration. Nothing has been connected yet. */
const misconfigured = (name: string, error: ConfigError): never => {
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exit(78);
};

const configOf = <C extends ServiceConfig>({ name, config }: Service<C>): C => {
  try {
    const given = loadConfig(config);
    const { TLS_CA_FILE: file } = given;
    const fault = file === undefined ? undefined : trustAuthorities(file);
    if (fault !== undefined) throw new ConfigError([`TLS_CA_FILE ${fault}`]);
    return given;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return misconfigured(name, error);
  }
};

const create = async <C extends ServiceConfig>(
  service: Service<C>,
  config: C,
  platform: Platform,
): Promise<INestApplication> => {
  const shared: DynamicModule = {
    module: PlatformModule,
    global: true,
    controllers: [HealthController, ProblemPageController],
    providers: [
      { provide: EventLog, useValue: platform.log },
      { provide: Health, useValue: platform.health },
    ],
    exports: [EventLog, Health],
  };
  const imports: (DynamicModule | Type)[] = [shared, await service.module(config, platform)];
  const app = await NestFactory.create<NestExpressApplication>({ module: RootModule, imports } as DynamicModule, {
    bodyParser: false,
    abortOnError: false,
    logger: quiet(platform.log),
  });
  app.set('query parser', 'simple');
  onlyConditional(app.getHttpAdapter().getInstance());
  app.use(helmet());
  app.use(inEnvironment(config.DELGE_ENVIRONMENT));
  app.use(oneHost);
  app.use(paced());
  if (platform.load !== undefined) app.use(platform.load.admit);
  app.use(bodyReader({ maxBytes: MAX_REQUEST_BODY, rules: service.bodies ?? [] }));
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(platform.log, service.translate, service.refuse));
  assertEveryRouteHasPolicy(app);
  boundConnections(app.getHttpServer());
  return app;
};

const drain = async (
  drains: ReadonlyMap<Stage, readonly (() => Promise<void> | void)[]>,
  app: INestApplication | undefined,
  log: EventLog,
): Promise<void> => {
  for (const stage of STAGES) {
    const work = [...(drains.get(stage) ?? [])];
    if (stage === 'http' && app !== undefined) work.push(() => closeHttp(app));
    const results = await Promise.allSettled(work.map(async (one) => one()));
    for (const result of results) {
      if (result.status === 'rejected') log.failure('service.drain-failed', result.reason, { code: stage });
    }
  }
};

const closeHttp = async (app: INestApplication): Promise<void> => {
  const server = app.getHttpServer() as Server;
  const closed = app.close();
  server.closeIdleConnections();
  // Answers that wait for something new wait no longer than this.
  const timer = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(timer);
};

/** So that nobody takes an answer of a sandbox for one that counts. */
const inEnvironment =
  (environment: Environment) =>
  (_request: unknown, response: ServerResponse, next: () => void): void => {
    response.setHeader('Delge-Environment', environment);
    next();
  };

/** The framework's own lines are texts: its errors are kept as events, its greetings are not. */
const quiet = (log: EventLog): LoggerService => ({
  log: () => undefined,
  warn: () => log.warn('framework.warning'),
  error: (message: unknown) => log.failure('framework.error', message instanceof Error ? message : undefined),
});
