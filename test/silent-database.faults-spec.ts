import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { dataSourceOptions, isStoreFailure } from '#persistence';
import { DataSource } from 'typeorm';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);

/** A stopped host closes nothing: without a bound of its own, whoever asked it waits for ever. */
describe('PostgreSQL', () => {
  let databases: OwnDatabases;
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('silent');
  });
  afterAll(() => databases.drop());

  it('that falls silent with a query in hand is given up, and the next one gets another connection', async () => {
    const proxy = await silentProxy(new URL(databases.urls.gateways.get('kommunerna') ?? ''));
    const through = new URL(databases.urls.gateways.get('kommunerna') ?? '');
    through.host = `127.0.0.1:${proxy.port}`;
    const source = await new DataSource(dataSourceOptions({ url: through.href, schema: 'gateway' })).initialize();
    try {
      await source.query('SELECT 1');
      proxy.silence();
      const error: unknown = await source.query('SELECT 1').catch((caught: unknown) => caught);
      expect(isStoreFailure(error)).toBe(true);
      proxy.speak();
      expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await source.destroy();
      proxy.end();
    }
  });
});

/** Passes octets on, until it is told to swallow those of the connections that it has. */
const silentProxy = async (
  to: URL,
): Promise<{ readonly port: number; silence(): void; speak(): void; end(): void }> => {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    const wasSilent = (): boolean => isSilent && sockets.has(client);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    sockets.add(client);
    client.on('data', (octets) => wasSilent() || upstream.write(octets));
    upstream.on('data', (octets) => wasSilent() || client.write(octets));
    client.on('close', () => {
      sockets.delete(client);
      upstream.destroy();
    });
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => void (isSilent = true),
    speak: () => void (isSilent = false),
    end: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
