import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { FuzzRequest } from './requests.js';

/** An answer as it came; status 0: none came. */
export interface Heard {
  readonly status: number;
  readonly contentType: string;
  /** Header lines and body. */
  readonly text: string;
  readonly body: string;
}

const SILENT_MS = 30_000;
const BROKEN_MS = 10_000;
const NOTHING: Heard = { status: 0, contentType: '', text: '', body: '' };
/** What may be asked for again when its connection was closed: the server may close one that was kept as a request leaves. */
const RESET = 3;

/** Sends requests to one gateway, over connections that are kept. */
export class Sender {
  private readonly agent: Agent;
  private readonly base: URL;

  constructor(gateway: string, connections: number) {
    this.base = new URL(gateway);
    if (this.base.hostname !== '127.0.0.1') throw new Error(`${gateway} is not on this machine`);
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @param proof headers that say who asks */
  async send(asked: FuzzRequest, proof: Readonly<Record<string, string>>): Promise<Heard> {
    if (asked.wire !== undefined) return this.raw(asked, proof);
    for (let times = 1; ; times += 1) {
      try {
        return await this.once(asked, proof);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (times === RESET || !['ECONNRESET', 'EPIPE'].includes(code ?? '')) throw error;
      }
    }
  }

  end(): void {
    this.agent.destroy();
  }

  private once(
    { operation: { method }, target, headers, body }: FuzzRequest,
    proof: Readonly<Record<string, string>>,
  ): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest({
        host: this.base.hostname,
        port: this.base.port,
        agent: this.agent,
        method,
        path: target,
        headers: {
          ...Object.fromEntries(headers),
          ...proof,
          ...(body === undefined ? {} : { 'content-length': body.length }),
        },
      });
      asked.setTimeout(SILENT_MS, () => asked.destroy(new Error(`no answer in ${SILENT_MS} ms`)));
      asked.on('error', reject);
      asked.on('response', (response) => {
        const contentType = response.headers['content-type'] ?? '';
        const head = response.rawHeaders.join('\n');
        const status = response.statusCode ?? 0;
        // It ends when something happens: that it began is what was to be seen.
        if (contentType.startsWith('text/event-stream')) {
          asked.on('error', () => undefined);
          response.destroy();
          resolve({ status, contentType, text: head, body: '' });
          return;
        }
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status, contentType, text: `${head}\n${text}`, body: text });
        });
      });
      asked.end(body);
    });
  }

  /** As no HTTP library would send it. */
  private raw(
    { operation: { method }, target, headers, body }: FuzzRequest,
    proof: Readonly<Record<string, string>>,
  ): Promise<Heard> {
    const octets = body ?? Buffer.alloc(0);
    const isCut = headers.some(([name]) => name === CUT_OFF);
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `host: ${this.base.host}`,
      'connection: close',
      ...Object.entries(proof).map(([name, value]) => `${name}: ${value}`),
      ...headers.filter(([name]) => name !== CUT_OFF).map(([name, value]) => `${name}: ${value}`),
      ...(headers.some(([name]) => name === 'content-length')
        ? []
        : [`content-length: ${octets.length + (isCut ? 10 : 0)}`]),
    ];
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(Number(this.base.port), this.base.hostname, () => {
        socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), octets]));
        if (isCut) socket.end();
      });
      socket.setTimeout(BROKEN_MS, () => socket.destroy());
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(heardOf(Buffer.concat(chunks).toString('utf8'))));
    });
  }
}

/** Of a header that is not sent: the body breaks off where its connection does. */
export const CUT_OFF = 'x-cut-off';

const heardOf = (text: string): Heard => {
  const status = Number(/^HTTP\/1\.1 (?<status>\d{3})/.exec(text)?.groups?.['status'] ?? 0);
  if (status === 0) return NOTHING;
  const contentType = /^content-type: (?<type>.*)$/im.exec(text)?.groups?.['type'] ?? '';
  return { status, contentType, text, body: text.slice(text.indexOf('\r\n\r\n') + 4) };
};
