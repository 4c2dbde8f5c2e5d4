import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { urlsOf } from './config.js';
import type { EventLog } from './event-log.js';

/** How near the end of a certificate is, or that it is not believed. */
export type CertificateFault = 'refused' | 'expires-in-7-days' | 'expires-in-14-days' | 'expires-in-30-days';

/** Worst first. */
const THRESHOLDS: readonly (readonly [days: number, code: CertificateFault])[] = [
  [7, 'expires-in-7-days'],
  [14, 'expires-in-14-days'],
  [30, 'expires-in-30-days'],
];
const ORDER: readonly CertificateFault[] = ['refused', ...THRESHOLDS.map(([, code]) => code)];
const MS_PER_DAY = 86_400_000;
const LOOK_MS = 30_000;
const HANDSHAKE_MS = 5_000;
/** By which a client of PostgreSQL asks for TLS, before anything else; `S` is yes. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const PORTS: Readonly<Record<string, number>> = {
  'https:': 443,
  'amqps:': 5671,
  'postgres:': 5432,
  'postgresql:': 5432,
};
/** Variables by which a service knows whom it connects to, and what a log calls them. */
const SERVERS = {
  AMQP_URL: 'broker',
  DATABASE_URL: 'database',
  EXCHANGE_URL: 'exchange',
  LEDGER_URL: 'ledger',
  REGISTRY_URL: 'registry',
} as const;

interface Server {
  readonly type: string;
  readonly url: URL;
}

/** @returns servers of a configuration that show a certificate, each node of a cluster by itself */
export const serversOf = (config: object): readonly Server[] =>
  Object.entries(SERVERS).flatMap(([variable, type]) => {
    const value: unknown = (config as Readonly<Record<string, unknown>>)[variable];
    const urls = typeof value === 'string' ? urlsOf(value).map((url) => new URL(url)) : [];
    return urls.filter(showsCertificate).map((url) => ({ type, url }));
  });

const showsCertificate = ({ protocol, searchParams }: URL): boolean =>
  protocol.startsWith('postgres') ? searchParams.get('sslmode') === 'verify-full' : protocol in PORTS;

/**
 * Shakes hands as the service itself does, and says nothing.
 * @returns when its certificate ends. @throws with Node's code, e.g. `CERT_HAS_EXPIRED`
 */
export const certificateEnd = (url: URL): Promise<Date> =>
  new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const place = { host, port: Number(url.port) || (PORTS[url.protocol] ?? 0) };
    const root = url.searchParams.get('sslrootcert');
    const believed = { rejectUnauthorized: true, ...(root === null ? {} : { ca: readFileSync(root) }) };
    // The outermost alone: it ends what it stands on, and Node does not bear that being ended beneath it.
    let open: Socket | undefined;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      open?.destroy();
      settle();
    };
    const failed = (error: Error): void => end(() => reject(error));
    const timer = setTimeout(() => failed(new Error('no handshake in time')), HANDSHAKE_MS);
    const seen = (socket: TLSSocket): void => {
      open = socket;
      socket.on('error', failed);
      socket.on('secureConnect', () => {
        // While it is open: of one that has ended there is none.
        const until = new Date(socket.getPeerCertificate().valid_to);
        end(() => resolve(until));
      });
    };
    // A name is shown to the server, and an address is not (RFC 6066 section 3).
    const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    if (!url.protocol.startsWith('postgres')) return seen(connectTls({ ...place, ...name, ...believed }));
    const plain = connectPlain(place, () => plain.write(SSL_REQUEST));
    open = plain;
    plain.on('error', failed);
    plain.once('data', (answer) => {
      if (answer.toString('latin1') !== 'S') failed(Object.assign(new Error('no TLS'), { code: 'NO_TLS' }));
      else seen(connectTls({ socket: plain, host, ...name, ...believed }));
    });
  });

/** Looks at the certificates of the servers that a service connects to: tells before one ends, and why one is not believed. */
export class Certificates {
  private readonly told = new Set<string>();
  private readonly refused = new Set<string>();
  private found: readonly CertificateFault[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly servers: readonly Server[],
    private readonly log: EventLog,
    private readonly now: () => number = Date.now,
    private readonly endOf: (url: URL) => Promise<Date> = certificateEnd,
  ) {}

  /** Looks now, and twice a minute. */
  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    this.timer.unref();
  }
  stop(): void {
    clearInterval(this.timer);
  }

  /** @returns why people should look: the worst of all */
  warning(): CertificateFault | undefined {
    return ORDER.find((code) => this.found.includes(code));
  }

  /** Tells of each certificate once for each threshold; of a server that is not believed once, until it is again. */
  async look(): Promise<void> {
    const found = await Promise.all(this.servers.map((server) => this.lookAt(server)));
    this.found = found.filter((code) => code !== undefined);
  }

  private async lookAt({ type, url }: Server): Promise<CertificateFault | undefined> {
    let end: number;
    try {
      end = (await this.endOf(url)).getTime();
      this.refused.delete(url.host);
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      // That it cannot be reached its own probe tells.
      if (typeof code !== 'string' || !isOfCertificate(code)) return undefined;
      if (!this.refused.has(url.host)) this.log.error('certificate.refused', { type, code });
      this.refused.add(url.host);
      return 'refused';
    }
    const [, code] = THRESHOLDS.find(([days]) => end - this.now() <= days * MS_PER_DAY) ?? [];
    const once = `${code} ${url.host} ${end}`;
    if (code === undefined || this.told.has(once)) return code;
    this.told.add(once);
    this.log.warn('certificate.expiring', { type, code });
    return code;
  }
}

/** Not a connection that failed, nor a name that leads nowhere (`EAI_AGAIN`), but somebody who is not believed: `ERR_` is TLS's, `ERROR_IN_` a certificate's own. */
const isOfCertificate = (code: string): boolean => !/^E(?!RR_|RROR_)[A-Z_]+$/.test(code);
