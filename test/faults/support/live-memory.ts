import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '../../support/stack.js';
import type { TestStack } from '../../support/stack.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const SAID_MS = 30_000;

/**
 * What a process may hold more than it held: less than everything that went through it in a full run, and more than what it keeps by intent (statements, keys and tokens
 * it has met). Of live memory, and not of what the process has of the machine: V8 lets its old generation grow to a multiple of what is live before it collects, what
 * was outside the heap is freed with it, and the allocator keeps a part of that for the next time. In a full run of bad networks the two busiest processes came to have
 * 80 to 130 MiB more, while each collection left 63 to 77 MiB of heap and 5 beside it from the first fault to the last, and the allocator, asked to, gave back up to 62.
 */
export const HELD_MIB = 16;

/** A service started so that it can be asked. */
export const askable = (): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(ROOT, 'dist/test/faults/controls/live-memory.js')).href}`,
});

/** What each service holds, in MiB, by its name. Each was started as `askable`. */
export const liveMib = async (delge: TestStack): Promise<ReadonlyMap<string, number>> => {
  const asked = delge.stack.services.map(async (service) => {
    const said = (): readonly string[] => readFileSync(delge.stack.log(service), 'utf8').match(SAID) ?? [];
    const before = said().length;
    delge.stack.process(service).kill('SIGUSR2');
    const last = await eventually(`${service} says what it holds`, SAID_MS, async () => said()[before]);
    return [service, Number(/\d+/.exec(last)?.[0]) / 2 ** 20] as const;
  });
  return new Map(await Promise.all(asked));
};
const SAID = /^live memory: \d+ octets$/gm;
