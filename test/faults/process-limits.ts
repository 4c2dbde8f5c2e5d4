import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { statusAlone } from '../support/http.js';
import { eventually } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Fault } from './fault.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const SEEN_MS = 20_000;
const READY_MS = 120_000;
const HEAP_MB = 96;
const run = promisify(execFile);

/** Options of Node for a service that can be told to block, or to use up its memory. */
export const TELLABLE = `--import=${pathToFileURL(join(ROOT, 'dist/test/faults/controls/on-signal.js')).href} --max-old-space-size=${HEAP_MB}`;

const ready = async (delge: TestStack, service: string): Promise<void> => {
  await eventually(`${service} ready`, READY_MS, async () => ((await delge.stack.isReady(service)) ? true : undefined));
};
/** @returns undefined when there is no answer within half a second */
const live = (delge: TestStack, service: string): Promise<number | undefined> =>
  statusAlone(`${delge.stack.url(service)}/health/live`, { ms: 500 });

/** Its event loop does nothing else for five seconds. The service was started so as to be `TELLABLE`. */
export const blocked = (delge: TestStack, service: string): Fault => {
  const victim = delge.stack.process(service);
  return {
    name: `${service}: event loop blocked`,
    inject: () => Promise.resolve(victim.kill('SIGUSR2')),
    verify: async () => {
      await eventually('no answer', SEEN_MS, async () =>
        (await live(delge, service)) === undefined ? true : undefined,
      );
    },
    heal: () => Promise.resolve(),
    verifyHealed: async () => {
      if (!victim.alive()) throw new Error('it has ended');
      await ready(delge, service);
    },
  };
};

/** Its heap is used up, and the process ended by V8. The service was started so as to be `TELLABLE`. @returns with the time until it was ready again */
export const outOfMemory = (delge: TestStack, service: string): Fault & { readonly backMs: () => number } => {
  const victim = delge.stack.process(service);
  const back = { ms: Number.NaN };
  return {
    name: `${service}: out of memory`,
    backMs: () => back.ms,
    inject: () => Promise.resolve(victim.kill('SIGPIPE')),
    verify: async () => {
      const ended = await victim.ended;
      const said = readFileSync(delge.stack.log(service), 'utf8').includes('heap out of memory');
      if (!said || !['SIGABRT', 'SIGTRAP', 'code 134'].includes(ended)) throw new Error(`it ended with ${ended}`);
    },
    heal: async () => {
      const from = performance.now();
      if (!delge.stack.process(service).alive()) await delge.stack.run(service);
      back.ms = Math.round(performance.now() - from);
    },
    verifyHealed: () => ready(delge, service),
  };
};

/** Whether it is ready, asked over a connection that stays open. @returns undefined when there is no answer */
const readyOver = (delge: TestStack, service: string, agent: Agent): Promise<number | undefined> =>
  new Promise((resolve) => {
    const asked = get(`${delge.stack.url(service)}/health/ready`, { agent, timeout: 5_000 }, (response) => {
      response.on('end', () => resolve(response.statusCode));
      response.resume();
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
  });
/** Ends what it has open at its database: it needs other connections, and can have none. */
const endSessions = async (delge: TestStack, service: string): Promise<void> => {
  const [, gateway] = service.split('gateway-');
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`;
  await delge.sql(gateway ?? 'operator', sql, [`delge-${service}`]);
};

/**
 * It can open nothing more: no file, no connection. Nobody new is answered, and who has a connection is told that it is not ready.
 * @returns with the time until it was ready again
 */
export const withoutDescriptors = (delge: TestStack, service: string): Fault & { readonly backMs: () => number } => {
  const { pid } = delge.stack.process(service);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const back = { from: NaN, ms: NaN };
  const limit = (soft: string): Promise<unknown> => run('prlimit', ['--pid', String(pid), `--nofile=${soft}:`]);
  const before = { soft: '' };
  return {
    name: `${service}: no file descriptors left`,
    backMs: () => back.ms,
    inject: async () => {
      if ((await readyOver(delge, service, agent)) !== 200) throw new Error('it was not ready before');
      before.soft = /Max open files +(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '';
      // Below those that it has: none of them is free.
      await limit('3');
    },
    verify: async () => {
      // One that is asked anew finds nobody who can take the connection.
      await eventually('no answer', SEEN_MS, async () =>
        (await live(delge, service)) === undefined ? true : undefined,
      );
      await eventually('503', SEEN_MS, async () => {
        await endSessions(delge, service);
        return (await readyOver(delge, service, agent)) === 503 ? true : undefined;
      });
    },
    heal: async () => {
      if (before.soft !== '') await limit(before.soft);
      back.from = performance.now();
      agent.destroy();
    },
    verifyHealed: async () => {
      if (!delge.stack.process(service).alive()) throw new Error('it has ended');
      await ready(delge, service);
      back.ms = Math.round(performance.now() - back.from);
    },
  };
};
