import type { Servers } from '../../../tools/deploy/servers.js';
import type { Instance } from '../../../tools/machine/instance.js';
import { eventually } from '../../support/stack.js';
import type { Fault } from '../fault.js';
import { Proxy } from './proxy.js';
import type { Conditions, Target } from './proxy.js';

const OPERATOR = ['ledger', 'registry', 'exchange'] as const;
/** What lies between a service and what it calls. */
export type Way = 'postgres' | 'rabbitmq' | (typeof OPERATOR)[number];
const MET_MS = 30_000;
const CARRIERS: readonly Way[] = ['rabbitmq', ...OPERATOR];
const ALL: readonly Way[] = ['postgres', ...CARRIERS];

/** What a network does. */
export interface Shape {
  readonly name: string;
  readonly ways: readonly Way[];
  readonly conditions: Conditions;
  /** Connections that there are, too. */
  readonly cut?: boolean;
  /** In short runs as well. */
  readonly quick?: boolean;
}
export const SHAPES: readonly Shape[] = [
  { name: '100 ms', ways: ALL, conditions: { latencyMs: 50, jitterMs: 20 }, quick: true },
  { name: '5 s', ways: CARRIERS, conditions: { latencyMs: 2_500 } },
  { name: '5 s to PostgreSQL', ways: ['postgres'], conditions: { latencyMs: 2_500 } },
  { name: '1 KB/s', ways: CARRIERS, conditions: { bytesPerSecond: 1_000 } },
  { name: '1 KB/s to PostgreSQL', ways: ['postgres'], conditions: { bytesPerSecond: 1_000 } },
  { name: 'reset', ways: ALL, conditions: { slowCloseMs: 5_000 }, cut: true, quick: true },
  { name: 'refused', ways: ALL, conditions: { mode: 'refuse' }, cut: true },
  { name: 'half-open', ways: CARRIERS, conditions: { mode: 'swallow' } },
  { name: 'half-open to PostgreSQL', ways: ['postgres'], conditions: { mode: 'swallow' }, quick: true },
];

/** A proxy on every way that the services of one stack go: to their servers, and to the operator over HTTP. */
export class Network {
  private constructor(
    private readonly proxies: ReadonlyMap<Way, Proxy>,
    /** Of which the services know. */
    readonly servers: Servers,
  ) {}

  /** @param instance @param stack name whose services keep their ports there, started or not */
  static async before(servers: Servers, instance: Instance, stack: string): Promise<Network> {
    const ports = await instance.ports(OPERATOR.map((service) => `${stack}/${service}`));
    const targets: readonly (readonly [Way, Target])[] = [
      ['postgres', targetOf(servers.postgres)],
      ['rabbitmq', targetOf(servers.rabbitmq.amqp)],
      ...OPERATOR.map((way) => [way, { host: '127.0.0.1', port: ports[`${stack}/${way}`] ?? 0 }] as const),
    ];
    const proxies = new Map<Way, Proxy>();
    for (const [way, target] of targets) proxies.set(way, await Proxy.before(target));
    return new Network(proxies, {
      postgres: through(servers.postgres, proxies.get('postgres')),
      rabbitmq: { ...servers.rabbitmq, amqp: through(servers.rabbitmq.amqp, proxies.get('rabbitmq')) },
    });
  }

  /** Variables by which exchange and gateways go by it. */
  variables(gateways: readonly string[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
    const url = (way: Way): string => `http://127.0.0.1:${this.proxies.get(way)?.address.port}`;
    const exchange = { LEDGER_URL: url('ledger'), REGISTRY_URL: url('registry') };
    const gateway = { ...exchange, EXCHANGE_URL: url('exchange') };
    return { exchange, ...Object.fromEntries(gateways.map((id) => [`gateway-${id}`, gateway])) };
  }

  /** Connections that were taken on a way. */
  taken(way: Way): number {
    return this.proxies.get(way)?.taken ?? 0;
  }

  /** @param cut connections that there are, too */
  treated(name: string, ways: readonly Way[], conditions: Conditions, cut = false): Fault {
    const proxies = ways.flatMap((way) => this.proxies.get(way) ?? []);
    // The other two are asked when something is missing.
    const always = ways.filter((way) => way !== 'registry' && way !== 'exchange');
    return {
      name,
      inject: () => {
        if (always.some((way) => this.taken(way) === 0)) return Promise.reject(new Error('nobody goes by it'));
        for (const proxy of proxies) proxy.set(conditions);
        if (cut) for (const proxy of proxies) proxy.reset();
        return Promise.resolve();
      },
      // What a proxy does to what goes by it is seen by its own tests; here, that something went by it.
      verify: async () => {
        await eventually(`${name}: something meets it`, MET_MS, async () =>
          proxies.some(({ treated }) => treated > 0) ? true : undefined,
        );
      },
      heal: () => {
        for (const proxy of proxies) proxy.set({});
        return Promise.resolve();
      },
      verifyHealed: () => Promise.resolve(),
    };
  }

  async end(): Promise<void> {
    for (const proxy of this.proxies.values()) await proxy.close();
  }
}

const targetOf = (url: string): Target => {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
};
const through = (url: string, proxy: Proxy | undefined): string => {
  const target = new URL(url);
  target.port = String(proxy?.address.port);
  return target.toString().replace(/\/$/, '');
};
