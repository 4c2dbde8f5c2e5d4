import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Answers } from './answers.js';

describe('what systems are answered', () => {
  let server: Server;
  let origin: string;
  let answers: Answers;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const [, status = ''] = /^\/(?:health\/)?(?<status>\d+)/.exec(request.url ?? '') ?? [];
      if (status === '') return void request.socket.destroy();
      response.writeHead(Number(status), status === '503' ? { 'retry-after': '5' } : {}).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    answers = new Answers([origin]);
  });
  afterEach(() => {
    answers.end();
    server.close();
  });

  it('is kept where it is 5xx, with whether it says when to try again, or where there is none', async () => {
    for (const path of ['/202', '/500', '/503', '/422']) await fetch(`${origin}${path}`);
    await expect(fetch(new URL(`${origin}/gone`))).rejects.toThrow('fetch failed');
    expect(answers.all).toBe(4);
    expect(answers.failed).toMatchObject([
      { origin, status: 500, retryAfter: false },
      { origin, status: 503, retryAfter: true },
      { origin, retryAfter: false },
    ]);
    expect(answers.failed.at(-1)).not.toHaveProperty('status');
  });

  it('is not that of others, nor what a service says of its health, nor what comes when it is over', async () => {
    await fetch(`${origin}/health/503`);
    const others = new Answers(['http://127.0.0.1:1']);
    others.end();
    answers.end();
    await fetch(`${origin}/500`);
    expect([answers.all, answers.failed, others.all]).toEqual([0, [], 0]);
  });
});
