import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Instance } from '../../tools/machine/instance.js';
import { eventually } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Fault } from './fault.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const SEEN_MS = 20_000;
const NEAR_MS = 30_000;

const fileOf = (stack: string, service: string): string =>
  Instance.open('test', ROOT).path('clocks', `${stack}-${service}`);

/** Variables of a service whose clock can be set while it runs. @param options of Node beside */
export const withClock = (stack: string, service: string, options = ''): Readonly<Record<string, string>> => {
  const file = fileOf(stack, service);
  mkdirSync(join(file, '..'), { recursive: true });
  rmSync(file, { force: true });
  const control = pathToFileURL(join(ROOT, 'dist/test/faults/controls/clock.js')).href;
  return { NODE_OPTIONS: `--import=${control} ${options}`, DELGE_CLOCK_FILE: file };
};

/** The clock of a service's machine jumps while it runs, and back. The service was started `withClock`. @returns with the time until it warned of it */
export const clockJumps = (
  delge: TestStack,
  service: string,
  ms: number,
): Fault & { readonly toldAfterMs: () => number } => {
  const file = fileOf(delge.stack.options.name, service);
  const told = { from: 0, ms: Number.NaN };
  const warned = async (): Promise<boolean> => {
    const answer = await fetch(`${delge.stack.url(service)}/health/ready`);
    const { warnings } = (await answer.json()) as { readonly warnings?: { readonly clock?: string } };
    return warnings?.clock === 'off';
  };
  /** Its own lines are dated by its machine's clock. */
  const lineFor = async (): Promise<true | undefined> => {
    const said = readFileSync(delge.stack.log(service), 'utf8').matchAll(/^.*"clock\.off".*$/gm);
    const times = [...said].map(([line]) => Date.parse((JSON.parse(line) as { readonly time: string }).time));
    return times.some((time) => Math.abs(time - Date.now() - ms) < NEAR_MS) ? true : undefined;
  };
  return {
    name: `${service}: clock ${ms / 60_000} min off`,
    toldAfterMs: () => told.ms,
    inject: () => {
      told.from = performance.now();
      writeFileSync(file, String(ms));
      return Promise.resolve();
    },
    verify: async () => {
      await eventually('it warns', SEEN_MS, async () => ((await warned()) ? true : undefined));
      told.ms = Math.round(performance.now() - told.from);
      await eventually('a line of that time', SEEN_MS, lineFor);
    },
    heal: () => Promise.resolve(writeFileSync(file, '0')),
    verifyHealed: async () => {
      await eventually('it warns no more', SEEN_MS, async () => ((await warned()) ? undefined : true));
    },
  };
};
