import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Load, octetsOf, paced } from '#platform';
import express from 'express';

jest.setTimeout(60_000);
const PLACES = 4;
/** Of a line of 1 Mbit/s: longer than a body need not come at all. */
const PART = 512 * 1024;

describe('a service without room for more', () => {
  let server: Server;
  /** In the order in which they came. */
  const came: Socket[] = [];
  const load = new Load({ inAll: PLACES, perCaller: PLACES, answerMs: 12_000 });
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    const app = express();
    app.use(paced(3_000));
    app.use(load.admit);
    app.use((asked, answer) => {
      came.push(asked.socket);
      // What was cut off is answered by nobody.
      octetsOf(asked, PART).then(
        (octets) => answer.send(String(octets.length)),
        () => undefined,
      );
    });
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const port = (): number => (server.address() as AddressInfo).port;

  /** Sends an octet ten times a second until it is cut off. @returns what it was told */
  const drip = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port(), '127.0.0.1');
      sockets.add(socket);
      let told = '';
      socket.write(`PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: ${PART}\r\n\r\n`);
      const timer = setInterval(() => socket.write('x'), 100);
      socket.on('data', (more: Buffer) => (told += more.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(timer);
        resolve(told);
      });
    });
  /** As a line of 1 Mbit/s brings it. @returns the answer */
  const upload = async (): Promise<string> => {
    const asked = request({ port: port(), method: 'PATCH', headers: { 'content-length': PART } });
    const answered = new Promise<string>((resolve, reject) => {
      asked.on('error', reject);
      asked.on('response', (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (more: string) => (text += more));
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      });
    });
    for (let left = PART; left > 0; left -= 12_500) {
      asked.write(Buffer.alloc(Math.min(left, 12_500)));
      await delay(100);
    }
    asked.end();
    return answered;
  };
  /** Asks until there is room. */
  const served = async (): Promise<number> => {
    for (;;) {
      const { status } = await fetch(`http://127.0.0.1:${port()}/`);
      if (status !== 503) return status;
      await delay(50);
    }
  };

  it('lets an upload over a slow line come whole, makes room at the cost of who only drips, and cuts those off', async () => {
    const honest = upload();
    while ((came[0]?.bytesRead ?? 0) < 25_000) await delay(10);
    const dripping = Array.from({ length: PLACES - 1 }, drip);
    while (load.count() < PLACES) await delay(10);
    const [status, told] = await Promise.all([served(), Promise.all(dripping)]);
    expect(status).toBe(200);
    // One made room without a word, the others were not fast enough.
    expect(told.toSorted()).toEqual(['', ...told.slice(1).map(() => expect.stringContaining('HTTP/1.1 408'))]);
    expect(await honest).toBe(`200 ${PART}`);
  });
});
