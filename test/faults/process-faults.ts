import { readFileSync } from 'node:fs';
import { eventually } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Fault } from './fault.js';

const READY_MS = 120_000;
const SEEN_MS = 5_000;

const ready = async (delge: TestStack, service: string): Promise<void> => {
  await eventually(`${service} ready`, READY_MS, async () => ((await delge.stack.isReady(service)) ? true : undefined));
};

/** State of a process as the kernel tells it, e.g. `R`, `S`, `T`; undefined: there is none. */
const stateOf = (pid: number): string | undefined => {
  try {
    return /^\d+ \(.*\) (?<state>\w)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.groups?.['state'];
  } catch {
    return undefined;
  }
};

/**
 * What a process that is no more had in hand, free at once: its lease is let run out. That leases run out is tried in messaging.integration-spec. One that does not
 * end is nobody's: what waits to be let go stays.
 */
export const giveBack = async (delge: Pick<TestStack, 'sql'>, service: string): Promise<void> => {
  const [schema = '', id] = service.split('-');
  if (schema !== 'gateway' && schema !== 'exchange') return;
  const sql = `UPDATE ${schema}.outbox SET claimed_until = now() WHERE claimed_until > now() AND claimed_until < 'infinity'`;
  await delge.sql(id ?? 'operator', sql);
};

/** A service killed as by power loss, and started again by whoever watches it. */
export const killed = (delge: TestStack, service: string): Fault => {
  const victim = delge.stack.process(service);
  return {
    name: `${service} killed`,
    inject: () => Promise.resolve(victim.kill('SIGKILL')),
    verify: async () => {
      const ended = await victim.ended;
      if (ended !== 'SIGKILL') throw new Error(`it ended with ${ended}`);
    },
    heal: async () => {
      if (!delge.stack.process(service).alive()) await delge.stack.run(service);
    },
    verifyHealed: () => ready(delge, service),
  };
};

/** A service stopped where it is, as by a machine that is paused: its connections stay open and nothing answers. */
export const paused = (delge: TestStack, service: string): Fault => {
  const victim = delge.stack.process(service);
  return {
    name: `${service} paused`,
    inject: () => Promise.resolve(victim.kill('SIGSTOP')),
    verify: async () => {
      await eventually('stopped', SEEN_MS, async () => (stateOf(victim.pid) === 'T' ? true : undefined));
    },
    heal: () => Promise.resolve(victim.kill('SIGCONT')),
    verifyHealed: async () => {
      if (stateOf(victim.pid) === 'T') throw new Error('it is still stopped');
      await ready(delge, service);
    },
  };
};

/** A service asked to end, as each deployment does it. @param withinMs it must have ended by itself */
export const ended = (
  delge: TestStack,
  service: string,
  withinMs = 30_000,
): Fault & { readonly tookMs: () => number } => {
  const victim = delge.stack.process(service);
  const took = { from: 0, ms: Number.NaN };
  return {
    name: `${service} ended`,
    tookMs: () => took.ms,
    inject: () => {
      took.from = performance.now();
      victim.kill('SIGTERM');
      return Promise.resolve();
    },
    verify: async () => {
      const late = new Promise<string>((resolve) => {
        setTimeout(resolve, withinMs, 'nothing in time').unref();
      });
      const code = await Promise.race([victim.ended, late]);
      took.ms = Math.round(performance.now() - took.from);
      if (code !== 'code 0') throw new Error(`it ended with ${code}`);
    },
    heal: async () => {
      victim.kill('SIGKILL');
      await victim.ended;
      if (!delge.stack.process(service).alive()) await delge.stack.run(service);
    },
    verifyHealed: () => ready(delge, service),
  };
};
