import { existsSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import type { Processes } from '../../tools/machine/processes.js';

const WRITTEN_MS = 15_000;
const TOP = 14;

/** Profiles of services, taken while they are under load. */
export class Profiles {
  /** @param folder in which one `<service>.cpuprofile` each is written */
  constructor(
    private readonly folder: string,
    private readonly services: readonly string[],
  ) {}

  /** Variables by service, for its start. */
  get variables(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    const preload = new URL('profiler.js', import.meta.url).href;
    return Object.fromEntries(
      this.services.map((name) => [
        name,
        { NODE_OPTIONS: `--import ${preload}`, DELGE_PROFILE_FILE: this.fileOf(name) },
      ]),
    );
  }

  toggle(processes: Processes): void {
    for (const name of this.services) processes.find(name)?.kill('SIGUSR2');
  }

  /** What is said of them once all are written. */
  async summary(referrals: number): Promise<string> {
    const deadline = Date.now() + WRITTEN_MS;
    while (!this.services.every((name) => existsSync(this.fileOf(name))) && Date.now() < deadline) await delay(100);
    await delay(1_000);
    return this.services
      .map((name) => summaryOf(name, JSON.parse(readFileSync(this.fileOf(name), 'utf8')) as Profile, referrals))
      .join('\n');
  }

  private readonly fileOf = (name: string): string => join(this.folder, `${name}.cpuprofile`);
}

type Profile = Profiler.Profile;

/** Self time by kind of code and by function, in milliseconds for each referral of the whole load. */
function summaryOf(name: string, { nodes, samples = [], timeDeltas = [] }: Profile, referrals: number): string {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const kinds = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const frame = byId.get(id);
    // Beginning and ending a profile takes a second itself.
    if (frame === undefined || frame.functionName === '(idle)' || frame.url === 'node:inspector') continue;
    const ms = (timeDeltas[at] ?? 0) / 1000 / referrals;
    const kind = kindOf(frame);
    kinds.set(kind, (kinds.get(kind) ?? 0) + ms);
    const where = `${frame.functionName || '(anonymous)'}  ${placeOf(frame)}`;
    functions.set(where, (functions.get(where) ?? 0) + ms);
  }
  const lines = (of: ReadonlyMap<string, number>, top: number): readonly string[] =>
    [...of]
      .sort(([, a], [, b]) => b - a)
      .slice(0, top)
      .map(([what, ms]) => `  ${ms.toFixed(3)}  ${what}`);
  const total = [...kinds.values()].reduce((sum, ms) => sum + ms, 0);
  return [
    `${name}: ${total.toFixed(2)} ms of its main thread for each referral`,
    ...lines(kinds, TOP),
    '  by function',
    ...lines(functions, TOP),
  ].join('\n');
}

function kindOf({ url, functionName }: Profile['nodes'][number]['callFrame']): string {
  if (functionName === '(garbage collector)') return 'memory';
  if (functionName === '(program)') return 'native code outside JavaScript';
  const found = /node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/.exec(url)?.groups?.['name'];
  if (found !== undefined) return found;
  const own = /dist\/(?<part>(?:libs|apps)\/[^/]+)/.exec(url)?.groups?.['part'];
  if (own !== undefined) return own;
  if (/^node:internal\/(?:crypto|webcrypto)/.test(url)) return 'node crypto';
  return url.startsWith('node:') ? `node ${url.split('/')[1]?.replace('.js', '') ?? ''}` : 'built in';
}
const placeOf = ({ url, lineNumber }: Profile['nodes'][number]['callFrame']): string =>
  url === '' ? '' : `${url.replace(/^.*\/(?:node_modules|dist)\//, '')}:${lineNumber + 1}`;
