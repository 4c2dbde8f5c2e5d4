import { QUARANTINE_QUEUE, declareTopology, exchangePermissions, gatewayPermissions } from '#messaging';
import type { Permissions } from '#messaging';
import type { Instance } from '../machine/instance.js';
import type { BrokerUrls } from '../machine/rabbitmq.js';

export interface Broker {
  readonly exchange: string;
  /** URL by gateway. */
  readonly gateways: ReadonlyMap<string, string>;
  /** Administrator's, for tests that break things. */
  readonly admin: string;
}

/** What is in quarantine was counted down once, and is never again. Were somebody to limit it, what is over the limit waits where it was, and the oldest is not dropped. */
const QUARANTINE_POLICY = {
  pattern: `^${QUARANTINE_QUEUE}$`,
  definition: { 'delivery-limit': 1_000_000_000, overflow: 'reject-publish' },
  'apply-to': 'queues',
  priority: 100,
};

/**
 * Makes virtual host, accounts, permissions and queues: what services check and never declare.
 * @param vhost name of the virtual host
 */
export async function deployBroker(
  instance: Instance,
  urls: BrokerUrls,
  vhost: string,
  gateways: readonly string[],
): Promise<Broker> {
  const api = new Management(urls.management);
  const host = encodeURIComponent(vhost);
  await api.put(`/api/vhosts/${host}`, {});
  // The administrator sees every host it makes, and an account from the factory sees none.
  const administrator = new URL(urls.amqp).username;
  await api.put(`/api/permissions/${host}/${administrator}`, { configure: '.*', write: '.*', read: '.*' });
  if (administrator !== 'guest') await api.delete('/api/users/guest');
  const admin = `${urls.amqp}/${host}`;
  // RabbitMQ 4 drops what has come back 20 times, where nothing says otherwise. A policy and no argument: it holds for a queue that is there already.
  await api.put(`/api/policies/${host}/${QUARANTINE_QUEUE}`, QUARANTINE_POLICY);
  await declareTopology(admin, gateways);
  for (const permissions of [exchangePermissions(), ...gateways.map(gatewayPermissions)]) {
    await account(api, host, permissions, instance.secret(`broker-${permissions.account}`));
  }
  return brokerAccounts(instance, urls, vhost, gateways);
}

/** URLs by which the services reach the broker. */
export function brokerAccounts(
  instance: Instance,
  urls: BrokerUrls,
  vhost: string,
  gateways: readonly string[],
): Broker {
  const admin = `${urls.amqp}/${encodeURIComponent(vhost)}`;
  const url = ({ account: name }: Permissions): string => {
    const target = new URL(admin);
    target.username = name;
    target.password = instance.secret(`broker-${name}`);
    return target.toString();
  };
  return {
    exchange: url(exchangePermissions()),
    gateways: new Map(gateways.map((id) => [id, url(gatewayPermissions(id))])),
    admin,
  };
}

/** Everything in the virtual host, gone. */
export const dropBroker = (urls: BrokerUrls, vhost: string): Promise<void> =>
  new Management(urls.management).delete(`/api/vhosts/${encodeURIComponent(vhost)}`);

/** An account is let in last: without its topic permission every routing key would be open to it. */
const account = async (api: Management, host: string, permissions: Permissions, password: string): Promise<void> => {
  const { account: name, configure, write, read, topic } = permissions;
  await api.put(`/api/users/${name}`, { password, tags: '' });
  if (topic !== undefined) await api.put(`/api/topic-permissions/${host}/${name}`, topic);
  await api.put(`/api/permissions/${host}/${name}`, { configure, write, read });
};

class Management {
  private readonly origin: string;
  private readonly authorization: string;

  constructor(url: string) {
    const { origin, username, password } = new URL(url);
    this.origin = origin;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  put(path: string, body: object): Promise<void> {
    return this.ask('PUT', path, JSON.stringify(body));
  }
  delete(path: string): Promise<void> {
    return this.ask('DELETE', path);
  }

  private async ask(method: string, path: string, body?: string): Promise<void> {
    const headers = { authorization: this.authorization, 'content-type': 'application/json' };
    const response = await fetch(`${this.origin}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    await response.arrayBuffer();
    if (!response.ok && response.status !== 404)
      throw new Error(`RabbitMQ: ${method} ${path} answered ${response.status}`);
  }
}
