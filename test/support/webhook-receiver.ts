import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** @param nth of the request at this path, from 1 */
export type Answering = (response: ServerResponse, nth: number) => void;

/** Receives on a loopback port, really; what each path answers is the test's to say. */
export class WebhookReceiver {
  private readonly received = new Map<string, Received[]>();
  private readonly answers = new Map<string, Answering>();
  private waiting: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => own.take(request.url ?? '', request.headers, Buffer.concat(parts).toString(), response));
    });
    const own = new WebhookReceiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return own;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Absent: 204 at once. */
  answer(path: string, answering: Answering): void {
    this.answers.set(path, answering);
  }

  at(path: string): readonly Received[] {
    return this.received.get(path) ?? [];
  }

  /** When so many have come. */
  async came(path: string, count: number): Promise<readonly Received[]> {
    while (this.at(path).length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.at(path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(path: string, headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    const before = this.received.get(path) ?? [];
    this.received.set(path, [...before, { id: String(headers['webhook-id']), headers, body }]);
    const answering = this.answers.get(path) ?? status(204);
    answering(response, before.length + 1);
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    void response.writeHead(code, headers).end();

/** How many of the signatures hold under this key, as a receiver checks them (Standard Webhooks 1.0.0). */
export const holding = ({ headers, body }: Received, publicKey: string): number => {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`);
  const signatures = String(headers['webhook-signature']).split(' ');
  return signatures.filter(
    (one) => one.startsWith('v1a,') && verify(null, content, key, Buffer.from(one.slice(4), 'base64')),
  ).length;
};
