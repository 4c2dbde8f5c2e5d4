import { chownSync, copyFileSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { certificateEnd } from '#platform';
import { eventually } from '../../support/stack.js';
import type { Fault } from '../fault.js';
import type { Certified } from './authority.js';
import type { OwnPostgres, OwnRabbitmq } from './servers.js';

const SEEN_MS = 30_000;
/** In every certificate that is right. */
export const HOST = 'localhost';

/** A server that can be told to show another certificate, to whoever connects from then on; who is connected is cut off. */
export interface TlsServer {
  readonly name: string;
  /** As a service is told it, or without account: for a handshake. */
  readonly url: URL;
  show(certified: Certified): Promise<void>;
}

export const tlsRabbitmq = (rabbitmq: OwnRabbitmq, port: number, files: Certified): TlsServer => ({
  name: 'RabbitMQ',
  url: new URL(`amqps://${HOST}:${port}`),
  show: async (certified) => {
    copyFileSync(certified.key, files.key);
    copyFileSync(certified.certificate, files.certificate);
    await rabbitmq.certifyAnew();
  },
});

export const tlsPostgres = async (postgres: OwnPostgres): Promise<TlsServer> => {
  const [row] = await postgres.sql<{ data_directory: string }>('SHOW data_directory');
  const folder = row?.data_directory ?? '';
  const { uid, gid } = statSync(folder);
  return {
    name: 'PostgreSQL',
    url: new URL(`postgresql://${HOST}:${new URL(postgres.url).port}?sslmode=verify-full`),
    show: async ({ key, certificate }) => {
      for (const [from, to] of [
        [key, 'server.key'],
        [certificate, 'server.crt'],
      ] as const) {
        copyFileSync(from, join(folder, to));
        chownSync(join(folder, to), uid, gid);
      }
      await postgres.sql(`ALTER SYSTEM SET ssl = on`);
      await postgres.sql(`SELECT pg_reload_conf()`);
      await postgres.sql(SESSIONS('pg_terminate_backend(pid)'));
    },
  };
};
/** Of services, and not of the administrator. */
export const SESSIONS = (what: string): string =>
  `SELECT ${what} FROM pg_stat_activity a LEFT JOIN pg_stat_ssl USING (pid) WHERE backend_type = 'client backend' AND usename <> current_user`;

/** HTTPS before a service, as whoever deploys it has it: what comes is passed on. */
export class TlsFront implements TlsServer {
  readonly name = 'HTTPS';
  /** Origin of the service. */
  to = '';

  private constructor(
    readonly url: URL,
    private readonly server: Server,
  ) {}

  static async start({ key, certificate }: Certified): Promise<TlsFront> {
    const files = { key: readFileSync(key), cert: readFileSync(certificate) };
    const server = createServer(files, (asked, answer) => {
      const { method = 'GET', headers, url = '' } = asked;
      const to = new URL(url, front.to);
      const passed = request(to, { method, headers: { ...headers, host: to.host } });
      passed.on('response', (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      asked.pipe(passed);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const front = new TlsFront(new URL(`https://${HOST}:${(server.address() as AddressInfo).port}`), server);
    return front;
  }

  show({ key, certificate }: Certified): Promise<void> {
    this.server.setSecureContext({ key: readFileSync(key), cert: readFileSync(certificate) });
    this.server.closeAllConnections();
    return Promise.resolve();
  }
  end(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** @returns code by which its certificate is refused; `none`: it is believed */
const refusalBy = ({ url }: TlsServer): Promise<string> =>
  certificateEnd(url).then(
    () => 'none',
    (error: unknown) => String((error as { readonly code?: unknown }).code),
  );

/** A certificate that nobody may believe. @param code by which it is refused */
export const certified = (server: TlsServer, what: string, wrong: Certified, right: Certified, code: string): Fault => {
  const shows = async (wanted: string): Promise<void> => {
    await eventually(`${server.name} is refused by ${wanted}`, SEEN_MS, async () =>
      (await refusalBy(server)) === wanted ? true : undefined,
    );
  };
  return {
    name: `${server.name}: ${what}`,
    inject: () => server.show(wrong),
    verify: () => shows(code),
    heal: () => server.show(right),
    verifyHealed: () => shows('none'),
  };
};
