import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { boundConnections } from './connections.js';

describe('connections of a server', () => {
  let server: Server;
  /** Requests for `/wait`, to be answered when the test likes. */
  let waiting: ServerResponse[];
  const sockets: Socket[] = [];
  const listening = async (max?: number): Promise<void> => {
    waiting = [];
    server = createServer((request, response) => {
      if (request.url === '/wait') waiting.push(response);
      else response.end('answered');
    });
    boundConnections(server, max);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });

  const connected = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const ask = (socket: Socket, path: string): void => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`);
  };
  /** @returns all that comes until the answer's last word */
  const answered = async (socket: Socket): Promise<string> => {
    let text = '';
    while (!text.includes('answered')) text += String((await once(socket, 'data'))[0]);
    return text;
  };

  it('stay open longer than those who call keep theirs, and say so', async () => {
    await listening();
    const socket = await connected();
    ask(socket, '/');
    expect(await answered(socket)).toContain('Keep-Alive: timeout=95');
  });

  it('with nothing to do make room for new ones; who waits for an answer gets it', async () => {
    await listening(3);
    const [idle, inHand] = [await connected(), await connected()];
    ask(idle, '/');
    await answered(idle);
    ask(inHand, '/wait');
    await once(server, 'request');
    const closed = once(idle, 'close');
    const third = await connected();
    await closed;
    const fourth = await connected();
    for (const socket of [third, fourth]) {
      ask(socket, '/');
      await answered(socket);
    }
    waiting[0]?.end('answered');
    expect(await answered(inHand)).toContain('200 OK');
  });

  it('beyond the limit are not taken while all are at work', async () => {
    await listening(1);
    const inHand = await connected();
    ask(inHand, '/wait');
    await once(server, 'request');
    const refused = await connected();
    await once(refused.resume(), 'close');
    waiting[0]?.end('answered');
    expect(await answered(inHand)).toContain('200 OK');
  });
});
