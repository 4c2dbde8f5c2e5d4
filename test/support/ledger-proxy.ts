import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

const OFFER = /^\/log\/v1\/disclosure\/offer\?from=([0-9]+)/;
const COSIGNATURE = '/log/v1/disclosure/cosignature';

/** A ledger between a gateway and the ledger: passes everything on, until it is told to lie about the disclosure log. */
export class LedgerProxy {
  /** The ledger's own URL, once it runs. */
  ledger = '';
  /** What was cosigned while there was another tree: signed notes. */
  readonly cosigned: string[] = [];
  /** Answers to cosignatures. */
  readonly statuses: number[] = [];
  private fork: ((from: bigint) => Promise<string>) | undefined;
  private change: ((note: string) => string) | undefined;
  private readonly waiting = new Set<() => void>();
  private readonly server: Server = createServer((request, response) => {
    this.handle(request, response).catch(() => response.writeHead(502).end());
  });

  static async start(): Promise<LedgerProxy> {
    const proxy = new LedgerProxy();
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Shows another tree from now on, to those too who wait for a larger one; undefined: the ledger's own again. */
  show(fork: ((from: bigint) => Promise<string>) | undefined): void {
    this.fork = fork;
    for (const wake of [...this.waiting]) wake();
  }
  /** Makes the gateway's cosignatures others than it gave; undefined: they pass as they are. */
  lie(change: ((note: string) => string) | undefined): void {
    this.change = change;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method = 'GET' } = request;
    const from = OFFER.exec(url)?.[1];
    if (method === 'POST') {
      const body = (await json(request)) as { readonly note?: string };
      if (url === COSIGNATURE) return this.cosign(body.note ?? '', request, response);
      return this.pass(request, response, JSON.stringify(body));
    }
    if (from !== undefined) return this.offer(BigInt(from), request, response);
    return this.pass(request, response);
  }

  private async offer(from: bigint, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.fork === undefined) {
      const ended = new AbortController();
      const woken = new Promise<'woken'>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake);
          resolve('woken');
        };
        this.waiting.add(wake);
      });
      const passed = this.ask(request, undefined, ended.signal).catch(() => undefined);
      const first = await Promise.race([passed, woken]);
      if (first !== 'woken') return this.answer(response, first);
      ended.abort();
    }
    if (this.fork === undefined) return this.pass(request, response);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(await this.fork(from));
  }

  private async cosign(note: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.fork !== undefined) {
      this.cosigned.push(note);
      response.writeHead(204).end();
      return;
    }
    const answer = await this.ask(request, JSON.stringify({ note: this.change?.(note) ?? note }));
    this.statuses.push(answer.status);
    return this.answer(response, answer);
  }

  private async pass(request: IncomingMessage, response: ServerResponse, body?: string): Promise<void> {
    return this.answer(response, await this.ask(request, body));
  }

  private ask(request: IncomingMessage, body?: string, signal?: AbortSignal): Promise<Response> {
    const { authorization = '', 'content-type': type } = request.headers;
    return fetch(`${this.ledger}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  private async answer(response: ServerResponse, answer: Response | undefined): Promise<void> {
    if (answer === undefined) {
      response.writeHead(502).end();
      return;
    }
    const type = answer.headers.get('content-type') ?? 'text/plain';
    response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
  }
}
