import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Proxy } from './proxy.js';
import type { Target } from './proxy.js';

describe('a proxy that does what networks do', () => {
  let server: Server;
  let proxy: Proxy;
  const clients: Socket[] = [];

  /** Answers with what it is told, and ends when it is told to end. */
  const echo = async (): Promise<readonly [Server, Target]> => {
    const made = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return [made, { host: '127.0.0.1', port: (made.address() as AddressInfo).port }];
  };
  const client = async (): Promise<Socket> => {
    const socket = connect(proxy.address);
    clients.push(socket);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  };
  const heard = (socket: Socket, length: number): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
        if (text.length >= length) resolve(text);
      });
      socket.on('close', () => reject(new Error(socket.errored === null ? 'closed' : 'reset')));
    });
  const ended = (socket: Socket): Promise<string> =>
    new Promise((resolve) => socket.on('close', () => resolve(socket.errored === null ? 'closed' : 'reset')));
  const timed = async (work: Promise<unknown>): Promise<number> => {
    const begun = performance.now();
    await work;
    return performance.now() - begun;
  };

  beforeEach(async () => {
    const [made, target] = await echo();
    server = made;
    proxy = await Proxy.before(target, 0, () => 0.5);
  });
  afterEach(async () => {
    for (const socket of clients.splice(0)) socket.destroy();
    await proxy.close();
    server.close();
  });

  it('lets its process exit when it has reset a connection whose end was on its way', async () => {
    const file = pathToFileURL(join(process.env['DELGE_ROOT'] ?? process.cwd(), 'dist/test/faults/support/proxy.js'));
    const script = `
      import { createServer, connect, Socket } from 'node:net';
      import { Proxy } from '${file.href}';
      const server = createServer((socket) => socket.resume().on('error', () => undefined));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address();
      const proxy = await Proxy.before({ host: '127.0.0.1', port });
      const { end } = Socket.prototype;
      const reset = new Promise((resolve) => {
        Socket.prototype.end = function (...given) {
          const ended = end.apply(this, given);
          if (this.remotePort === port) resolve(proxy.reset());
          return ended;
        };
      });
      connect(proxy.address).on('error', () => undefined).end('the end');
      await reset;
      await proxy.close();
      server.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    try {
      expect(await once(child, 'exit', { signal: AbortSignal.timeout(30_000) })).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('loses one question, or its answer, and the connection with it', async () => {
    const reached: string[] = [];
    server.on('connection', (socket: Socket) => socket.on('data', (data) => void reached.push(data.toString())));
    const said = async (socket: Socket, text: string): Promise<string> => {
      const answer = heard(socket, text.length);
      socket.write(text);
      return answer;
    };
    for (const which of ['question', 'answer'] as const) {
      const [one, other] = [await client(), await client()];
      const lost = proxy.lose(which, 'commit');
      expect(await said(other, 'begin')).toBe('begin');
      await expect(said(one, `commit whose ${which} is lost`)).rejects.toThrow('reset');
      await lost;
      expect(await said(other, 'commit')).toBe('commit');
    }
    expect(reached).toEqual(['begin', 'commit', 'begin', 'commit whose answer is lost', 'commit']);
  });

  it('counts what meets its conditions, and nothing where there are none', async () => {
    const socket = await client();
    const first = heard(socket, 1);
    socket.write('a');
    await first;
    expect(proxy.treated).toBe(0);
    proxy.set({ latencyMs: 1 });
    const second = heard(socket, 1);
    socket.write('b');
    await second;
    expect(proxy.treated).toBe(2);
    proxy.set({ mode: 'refuse' });
    expect(proxy.treated).toBe(0);
    proxy.reset();
    // Both of its ends.
    expect(proxy.treated).toBe(2);
  });

  it('passes everything on, in order, and the end of each side', async () => {
    const socket = await client();
    const sent = Array.from({ length: 300_000 }, (_, at) => String(at % 10)).join('');
    const answer = heard(socket, sent.length);
    const over = ended(socket);
    socket.end(sent);
    expect((await answer) === sent).toBe(true);
    expect(await over).toBe('closed');
  });

  it('is late by the latency there and back, and by the jitter', async () => {
    proxy.set({ latencyMs: 60, jitterMs: 40 });
    const socket = await client();
    socket.write('a');
    expect(await timed(heard(socket, 1))).toBeGreaterThan(155);
  });

  it('is no faster than its bandwidth', async () => {
    proxy.set({ bytesPerSecond: 1_000 });
    const socket = await client();
    socket.write('x'.repeat(400));
    expect(await timed(heard(socket, 400))).toBeGreaterThan(290);
  });

  it('takes what it is told during a connection', async () => {
    const socket = await client();
    socket.write('a');
    await heard(socket, 1);
    proxy.set({ latencyMs: 50 });
    socket.write('b');
    expect(await timed(heard(socket, 1))).toBeGreaterThan(95);
  });

  it('passes an end on late', async () => {
    proxy.set({ slowCloseMs: 100 });
    const socket = await client();
    socket.resume();
    socket.end('a');
    expect(await timed(ended(socket))).toBeGreaterThan(95);
  });

  it('resets what is open', async () => {
    const socket = await client();
    socket.write('a');
    await heard(socket, 1);
    const over = ended(socket);
    proxy.reset();
    expect(await over).toBe('reset');
  });

  it('lets old connections wait and takes new ones for nothing, and cuts those when it is over', async () => {
    const old = await client();
    old.write('a');
    await heard(old, 1);
    proxy.set({ mode: 'swallow' });
    const young = await client();
    const over = ended(young);
    const lost: string[] = [];
    for (const socket of [old, young]) {
      socket.on('data', (data) => lost.push(data.toString()));
      socket.write('b');
    }
    // What would be passed on is passed on before this.
    expect(await timed(new Promise((resolve) => setTimeout(resolve, 100)))).toBeGreaterThan(90);
    expect(lost).toEqual([]);
    proxy.set({});
    expect(await over).toBe('reset');
    old.write('c');
    await heard(old, 1);
    expect(lost.join('')).toMatch(/^bc?$/);
  });

  it('refuses', async () => {
    proxy.set({ mode: 'refuse' });
    const socket = connect(proxy.address);
    clients.push(socket);
    socket.on('error', () => undefined);
    expect(await ended(socket)).toBe('reset');
  });

  it('moves to another server with what comes next', async () => {
    const other = createServer((socket) => socket.on('error', () => undefined).write('z'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    proxy.aim({ host: '127.0.0.1', port: (other.address() as AddressInfo).port });
    expect(await heard(await client(), 1)).toBe('z');
    other.close();
  });
});
