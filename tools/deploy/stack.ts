import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from '../machine/instance.js';
import { until } from '../machine/processes.js';
import type { Processes, Running } from '../machine/processes.js';
import type { Progress } from '../machine/progress.js';
import type { SandboxDirectory } from '../sandbox/directory.js';
import { assertReadable, enrol } from '../sandbox/enrol.js';
import { keyFiles, makeKeys, storePlace } from '../sandbox/keys.js';
import { consoleApp, gatewayApp, loginFiles, writeLogins } from '../sandbox/identity/clients.js';
import { registerStaff } from '../sandbox/staff.js';
import { registerSystems, untilFollowed } from '../sandbox/systems.js';
import { brokerAccounts, deployBroker, dropBroker } from './broker.js';
import type { Broker } from './broker.js';
import { databaseUrls, deployDatabases, dropDatabases } from './databases.js';
import type { Databases } from './databases.js';
import type { Servers } from './servers.js';

const READY_MS = 120_000;
/**
 * The young generation as it is without an option makes every process some 80 MiB larger, for what it throws away at once. The old one is left to grow to twice what
 * was in use: of a process that gets little of a busy machine V8 thinks that it makes little garbage, and marks all of its 65 MB again after every 12 to 20 more.
 */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=8', '--heap-growing-percent=100'];

/** A Delge that is compiled: the step that makes databases, virtual host and queues ready for it, and its services. */
export interface Release {
  /** Folder of its checkout. */
  readonly root: string;
  readonly databases: (...given: Parameters<typeof databaseUrls>) => Promise<Databases>;
  readonly broker: typeof deployBroker;
}

export interface StackOptions {
  readonly instance: Instance;
  readonly processes: Processes;
  readonly servers: Servers;
  readonly directory: SandboxDirectory;
  /** Names databases and virtual host; several stacks can share the servers. */
  readonly name: string;
  /** Folder of keys, trust.json and the signer's state. */
  readonly dir: string;
  /** Variables of single services beside their usual ones, by name of the service. */
  readonly variables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What is deployed and started; this checkout when absent. */
  readonly release?: Release;
  /** Databases that its own begin as copies of; empty ones when absent. */
  readonly template?: string;
  /** Of single services that run beside those of another stack of this name, by `<name>/<service>`. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Done when ledger and signer run and everything is stated, before exchange and witnesses are there. @param statements in the keys log */
  readonly before?: (databases: Databases, statements: number) => Promise<void>;
}

export const STACK_STEPS = 8;

/** Everything of one Delge on one machine: the operator's services and the gateways, each a process of its own. */
export class Stack {
  private readonly variables: Record<string, Readonly<Record<string, string>>>;

  private constructor(
    readonly options: StackOptions,
    readonly databases: Databases,
    readonly broker: Broker,
    private readonly ports: Readonly<Record<string, number>>,
  ) {
    this.variables = { ...options.variables };
  }

  /** Deploys and starts everything; what was there before is kept. */
  static async start(options: StackOptions, progress: Progress): Promise<Stack> {
    const { instance, servers, directory, name, dir } = options;
    const { databases: deployed, broker: declared } = options.release ?? {
      databases: (...given) => deployDatabases(...given, options.template),
      broker: deployBroker,
    };
    const gateways = directory.gateways.map(({ id }) => id);
    await progress.step(
      'Keys',
      () => {
        assertReadable(dir);
        return makeKeys(dir, directory);
      },
      (made) => (made ? 'made' : 'there'),
    );
    const databases = await progress.step('Databases', () =>
      deployed(instance, servers.postgres, `delge_${name}`, gateways),
    );
    const broker = await progress.step('Queues and accounts', () =>
      declared(instance, servers.rabbitmq, `dx-${name}`, gateways),
    );
    const names = [...OPERATOR, ...gateways.map(gatewayService)];
    const kept = await instance.ports(names.map((service) => `${name}/${service}`));
    const stack = new Stack(options, databases, broker, kept);
    await writeLogins(dir, stack.url('identity'), [
      ...gateways.map((id) => gatewayApp(directory, id, stack.url(gatewayService(id)))),
      consoleApp(stack.url('console')),
    ]);
    await progress.step('Registry, ledger, signer', () => stack.startAll(['identity', 'ledger', 'signer', 'registry']));
    const size = await progress.step(
      'Enrolment',
      () => enrol(dir, directory, stack.url('registry')),
      (n) => `${n} statements`,
    );
    await options.before?.(databases, size);
    await progress.step('Exchange, console and gateways', async () => {
      await stack.startAll(['exchange', 'console', ...gateways.map(gatewayService)]);
      for (const id of gateways) await untilFollowed(stack.url(gatewayService(id)), size);
    });
    const urls = new Map(gateways.map((id) => [id, stack.url(gatewayService(id))]));
    const operator = {
      exchange: stack.url('exchange'),
      ledger: stack.url('ledger'),
      registry: stack.url('registry'),
    };
    await progress.step(
      'Systems',
      () => registerSystems(dir, directory, urls, operator),
      (all) => `${all.length}`,
    );
    await progress.step(
      'Staff',
      () => registerStaff(dir, directory, urls, stack.url('identity')),
      (all) => `${all}`,
    );
    return stack;
  }

  /** A stack that another process has started. */
  static attach(options: StackOptions): Stack {
    const { instance, servers, directory, name, ports } = options;
    const gateways = directory.gateways.map(({ id }) => id);
    const databases = databaseUrls(instance, servers.postgres, `delge_${name}`, gateways);
    const broker = brokerAccounts(instance, servers.rabbitmq, `dx-${name}`, gateways);
    return new Stack(options, databases, broker, { ...instance.keptPorts(), ...ports });
  }

  /** Removes what is left of a stack: databases, virtual host, keys. None of its services runs. */
  static async remove({ servers, name, dir }: StackOptions): Promise<void> {
    await dropDatabases(servers.postgres, `delge_${name}`);
    await dropBroker(servers.rabbitmq, `dx-${name}`);
    rmSync(dir, { recursive: true, force: true });
  }

  /** Names of all services, in the order in which they are stopped: what takes work in first, what it stands on last. */
  get services(): readonly string[] {
    return [
      ...this.options.directory.gateways.map(({ id }) => gatewayService(id)),
      'console',
      'exchange',
      'registry',
      'ledger',
      'signer',
      'identity',
    ];
  }

  url(service: string): string {
    return `http://127.0.0.1:${this.port(service)}`;
  }

  process(service: string): Running {
    const running = this.options.processes.find(this.processName(service));
    if (running === undefined) throw new Error(`${service} was not started`);
    return running;
  }

  /** Starts one service, without waiting until it is ready. @param variables beside its usual ones, for this start alone */
  launch(service: string, variables: Readonly<Record<string, string>> = {}): Running {
    const { name: app = '' } = /^(?<name>[a-z]+)/.exec(service)?.groups ?? {};
    const { instance, release } = this.options;
    const root = release?.root ?? instance.root;
    return this.options.processes.start({
      name: this.processName(service),
      command: process.execPath,
      args: [
        ...NODE_OPTIONS,
        app === 'identity' ? join(instance.root, IDENTITY) : join(root, 'dist/apps', app, 'src/main.js'),
      ],
      env: { ...this.environment(service), ...this.variables[service], ...variables },
    });
  }

  /** Starts one service and waits until it is ready. */
  async run(service: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const running = this.launch(service, variables);
    try {
      await until(service, READY_MS, () => this.isReady(service), running);
    } catch (error) {
      const faults = running.alive() ? await this.faults(service) : '';
      throw new Error(`${error instanceof Error ? error.message : service}${faults}; its log: ${this.log(service)}`, {
        cause: error,
      });
    }
  }

  /** Path of what it writes while it runs. */
  log(service: string): string {
    return this.options.instance.path('log', `${this.processName(service)}.log`);
  }

  async startAll(services: readonly string[]): Promise<void> {
    await Promise.all(services.map((service) => this.run(service)));
  }

  async stop(service: string): Promise<void> {
    await this.process(service).stop();
  }

  /** Stops all services, gateways first. */
  async stopAll(): Promise<void> {
    const running = this.services.filter(
      (service) => this.options.processes.find(this.processName(service)) !== undefined,
    );
    const gateways = running.filter((service) => service.startsWith('gateway'));
    await Promise.all(gateways.map((service) => this.stop(service)));
    for (const service of running.filter((name) => !gateways.includes(name))) await this.stop(service);
  }

  /** Kills what runs. */
  async killAll(): Promise<void> {
    const running = this.services.flatMap((service) => this.options.processes.find(this.processName(service)) ?? []);
    for (const one of running) one.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
  }

  async isReady(service: string): Promise<boolean> {
    try {
      const response = await fetch(`${this.url(service)}/health/ready`, { signal: AbortSignal.timeout(3_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  /** What the service itself says is missing. */
  private async faults(service: string): Promise<string> {
    try {
      const answer = await fetch(`${this.url(service)}/health/ready`, { signal: AbortSignal.timeout(3_000) });
      const { faults } = (await answer.json()) as { readonly faults?: object };
      return faults === undefined ? '' : ` ${JSON.stringify(faults)}`;
    } catch {
      return '';
    }
  }

  private port(service: string): number {
    const port = this.ports[`${this.options.name}/${service}`];
    if (port === undefined) throw new Error(`there is no service ${service}`);
    return port;
  }

  private processName(service: string): string {
    const { name } = this.options;
    return name === this.options.instance.name ? service : `${name}-${service}`;
  }

  private environment(service: string): Record<string, string> {
    const { dir, directory } = this.options;
    const files = keyFiles(dir);
    const common = {
      NODE_ENV: 'production',
      DELGE_ENVIRONMENT: directory.environment,
      PORT: String(this.port(service)),
      TRUST_FILE: files.trust,
    };
    const { file: KEYSTORE_FILE, secretFile: KEYSTORE_SECRET_FILE } = storePlace(dir, service);
    const keys = { KEYSTORE_FILE, KEYSTORE_SECRET_FILE };
    const operator = { LEDGER_URL: this.url('ledger'), REGISTRY_URL: this.url('registry') };
    const { operator: own, gateways } = this.databases;
    switch (service) {
      case 'identity':
        return { ...common, CLIENTS_FILE: loginFiles(dir).clients };
      case 'ledger':
        return { ...common, ...keys, DATABASE_URL: own.ledger };
      case 'registry':
        return { ...common, DATABASE_URL: own.registry };
      case 'signer': {
        const state = join(dir, 'signer');
        return {
          ...common,
          ...keys,
          DATABASE_URL: own.signer,
          STATE_DIR: state,
          // The logs begin once; from then on a missing state is a fault.
          GENESIS: String(!['disclosure.json', 'keys.json'].every((file) => existsSync(join(state, file)))),
        };
      }
      case 'exchange':
        return {
          ...common,
          ...operator,
          ...keys,
          DATABASE_URL: own.exchange,
          AMQP_URL: this.broker.exchange,
          OPERATOR_TOKEN_FILE: files.operatorToken,
          BLOB_DIR: join(dir, 'blobs'),
        };
      case 'console':
        return {
          ...common,
          ...keys,
          ...operator,
          DATABASE_URL: own.console,
          DATABASE_READER_URL: own.console_reader,
          PUBLIC_URL: this.url('console'),
          LOGIN_ISSUERS_FILE: loginFiles(dir).issuers('console'),
          AUDITOR_SECRET_FILE: files.auditorSecret,
        };
      default: {
        const id = service.replace('gateway-', '');
        return {
          ...common,
          ...operator,
          ...keys,
          DATABASE_URL: gateways.get(id) ?? '',
          AMQP_URL: this.broker.gateways.get(id) ?? '',
          GATEWAY_ID: id,
          EXCHANGE_URL: this.url('exchange'),
          ATTACHMENT_DIR: join(dir, 'attachments', id),
          PUBLIC_URL: this.url(service),
          LOGIN_ISSUERS_FILE: loginFiles(dir).issuers(service),
          WEBHOOK_TARGETS: process.env['WEBHOOK_TARGETS'] ?? '',
          // Witness keys are new once; from then on a missing memory is a fault.
          WITNESS_GENESIS: String(!existsSync(join(dir, 'sandbox.json'))),
        };
      }
    }
  }
}

const OPERATOR = ['ledger', 'signer', 'registry', 'exchange', 'console', 'identity'] as const;
/** It is none of a release: the sandbox's own. */
const IDENTITY = 'dist/tools/sandbox/identity/main.js';
export const gatewayService = (id: string): string => `gateway-${id}`;
/** Name of the stack that the e2e specs of one of jest's workers share. */
export const sharedStack = (worker: number): string => `shared${worker}`;
