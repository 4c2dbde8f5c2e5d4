import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WEBHOOK_SCHEDULE_MS } from '../domain/webhook-schedule.js';
import type { Resolve } from './names.js';
import { askHosts, askServers, resolverOf } from './resolver.js';
import type { Asked } from './resolver.js';

const FOUND = [{ address: '8.8.8.8', family: 4 }];
const NONE: Resolve = () => Promise.resolve([]);
const never = new AbortController().signal;

describe('name servers', () => {
  /** Knows `good` by its IPv4 address alone, knows nothing else, and is silent of `dead-…`. */
  const server = createSocket('udp4');
  const asked: string[] = [];
  const servers = (hostname: string, over: AbortSignal) => {
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    return askServers(hostname, over, resolver);
  };
  beforeAll(async () => {
    server.on('message', (question, { port, address }) => {
      const name = question.toString('latin1', 13, 13 + (question[12] ?? 0));
      asked.push(name);
      if (!name.startsWith('dead')) server.send(answerTo(question, name), port, address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  it('are silent of some names, and answer for another meanwhile', async () => {
    const over = new AbortController();
    const resolve = resolverOf(() => new Date(0), {
      hosts: NONE,
      servers: (hostname) => servers(hostname, over.signal),
      system: () => Promise.reject(new Error('not asked')),
    });
    const dead = ['dead-1', 'dead-2', 'dead-3', 'dead-4', 'dead-5'].map((name) =>
      resolve(name).catch((error: unknown) => (error as NodeJS.ErrnoException).code),
    );
    while (new Set(asked).size < 5) await once(server, 'message');
    expect(await resolve('good')).toEqual(FOUND);
    over.abort();
    expect(new Set(await Promise.all(dead))).toEqual(new Set(['ECANCELLED']));
  });

  it('know a name, or say that they do not', async () => {
    expect(await servers('good', never)).toEqual(FOUND);
    expect(await servers('other', never)).toEqual([]);
  });
});

const answerTo = (question: Buffer, name: string): Buffer => {
  const end = question.indexOf(0, 12) + 5;
  const isKnown = name === 'good' && question.readUInt16BE(end - 4) === 1;
  const head = Buffer.from([0x81, isKnown || name === 'good' ? 0x80 : 0x83, 0, 1, 0, isKnown ? 1 : 0, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 8, 8, 8, 8]);
  return Buffer.concat([question.subarray(0, 2), head, question.subarray(12, end), isKnown ? record : Buffer.of()]);
};

describe('a name', () => {
  let at = 0;
  const resolver = (asked: Partial<Asked>): Resolve =>
    resolverOf(() => new Date(at), { hosts: NONE, servers: NONE, system: NONE, ...asked });

  it('that led nowhere once is asked for again by the second attempt', async () => {
    let asked = 0;
    const resolve = resolver({
      servers: () => ((asked += 1) === 1 ? Promise.reject(new Error('x')) : Promise.resolve(FOUND)),
    });
    await expect(resolve('good')).rejects.toThrow();
    at += WEBHOOK_SCHEDULE_MS[1] ?? 0;
    expect(await resolve('good')).toEqual(FOUND);
  });

  it('of the hosts file is asked for nowhere else', async () => {
    const other = (): Promise<never> => Promise.reject(new Error('asked'));
    expect(await resolver({ hosts: () => Promise.resolve(FOUND), servers: other, system: other })('own')).toEqual(
      FOUND,
    );
  });

  it('that no server knows is asked of the system, which knows search domains', async () => {
    expect(await resolver({ system: () => Promise.resolve(FOUND) })('short')).toEqual(FOUND);
  });

  it('leads where each of its lines in the hosts file says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
    const path = join(folder, 'hosts');
    await writeFile(path, '# own 1.1.1.1\n127.0.0.1 localhost\n 10.1.2.3\tOther own # else\nfd00::1 own\nx own\n');
    expect(await askHosts('own', path)).toEqual([
      { address: '10.1.2.3', family: 4 },
      { address: 'fd00::1', family: 6 },
    ]);
    expect(await askHosts('else', path)).toEqual([]);
    expect(await askHosts('own', join(folder, 'none'))).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
