import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Fault } from './fault.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const SEEN_MS = 20_000;
const READY_MS = 120_000;
const HEAP_MB = 96;
const run = promisify(execFile);

/** A service started so that it can be told to block, or to use up its memory. */
export const tellable = (): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(ROOT, 'dist/test/faults/controls/on-signal.js')).href} --max-old-space-size=${HEAP_MB}`,
});

const ready = async (delge: TestStack, service: string): Promise<void> => {
  await eventually(`${service} ready`, READY_MS, async () => ((await delge.stack.isReady(service)) ? true : undefined));
};
/** Over a connection of its own: one that is kept open is answered by a process that can open no other. @returns undefined when there is no answer within half a second */
const live = (delge: TestStack, service: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const asked = get(`${delge.stack.url(service)}/health/live`, { agent: false, timeout: 500 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.on('close', () => resolve(undefined));
  });

/** Its event loop does nothing else for five seconds. The service was started as `tellable`. */
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

/** Its heap is used up, and the process ended by V8. The service was started as `tellable`. @returns with the time until it was ready again */
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

/** It can open nothing more: no file, no connection. */
export const withoutDescriptors = (delge: TestStack, service: string): Fault => {
  const { pid } = delge.stack.process(service);
  const limit = (soft: string): Promise<unknown> => run('prlimit', ['--pid', String(pid), `--nofile=${soft}:`]);
  const before = { soft: '' };
  return {
    name: `${service}: no file descriptors left`,
    inject: async () => {
      before.soft = /Max open files +(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '';
      // Below those that it has: none of them is free.
      await limit('3');
    },
    verify: async () => {
      // One that is asked anew finds nobody who can take the connection.
      await eventually('no answer', SEEN_MS, async () =>
        (await live(delge, service)) === undefined ? true : undefined,
      );
    },
    heal: async () => {
      if (before.soft !== '') await limit(before.soft);
    },
    verifyHealed: async () => {
      if (!delge.stack.process(service).alive()) throw new Error('it has ended');
      await ready(delge, service);
    },
  };
};
