import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestStack } from '../support/stack.js';

const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const REACHED_MS = 90_000;
const AGAIN_MS = 200;

/** Every crash point there is, from the source: `crash('name')`. */
export const crashPoints = (root = ROOT): readonly string[] => {
  const files = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!spec)\.ts$/.test(file) && !file.includes('node_modules'))
      .map((file) => join(root, folder, file)),
  );
  const points = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/crash\('([a-z.-]+)'\)/g)].map(([, point]) => point ?? ''),
  );
  return [...new Set(points)].sort();
};

/** What has to happen for a point to be reached. Most are on the way of every referral. */
export type Cause = 'referral' | 'look' | 'review' | 'erasure' | 'lost-key' | 'record' | 'search';
export interface Swept {
  readonly point: string;
  readonly service: string;
  readonly cause: Cause;
}

const [SENDERS, RECIPIENTS] = ['gateway-kommunerna', 'gateway-myndigheterna'];
/** The first that fits says in which services a point is, and what leads there. */
const PLACES: readonly (readonly [prefix: string, services: readonly string[], cause: Cause])[] = [
  ['gateway.seal-again.', [SENDERS], 'lost-key'],
  ['gateway.record.', [SENDERS], 'record'],
  ['gateway.receive.', [RECIPIENTS], 'referral'],
  ['gateway.', [SENDERS], 'referral'],
  ['relay.', [SENDERS, RECIPIENTS, 'exchange'], 'referral'],
  ['exchange.', ['exchange'], 'referral'],
  ['ledger.look.', ['ledger'], 'look'],
  ['ledger.assignment.', ['ledger'], 'review'],
  ['ledger.review.', ['ledger'], 'review'],
  ['ledger.keeping.', ['ledger'], 'erasure'],
  ['ledger.erase.', ['ledger'], 'erasure'],
  ['ledger.', ['ledger'], 'referral'],
  ['signer.', ['signer'], 'referral'],
  ['console.act.', ['console'], 'search'],
  ['console.', ['console'], 'referral'],
];

/** @throws {Error} for a point of which nobody has said where it is: it would be forgotten */
export const sweepOf = (points: readonly string[]): readonly Swept[] =>
  points.flatMap((point) => {
    const place = PLACES.find(([prefix]) => point.startsWith(prefix));
    if (place === undefined) throw new Error(`crash point ${point}: PLACES does not say in which service it is`);
    const [, services, cause] = place;
    return services.map((service) => ({ point, service, cause }));
  });

/**
 * Kills a service and starts it so that it dies at this point. Waits until it has, and sees that it was there.
 * @param lead makes happen what leads there, again and again until it is reached
 * @throws {Error} when it did not die there
 */
export async function dieAt(
  delge: TestStack,
  { service, point }: Swept,
  lead: () => Promise<void> = () => Promise.resolve(),
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = delge.stack.process(service);
  before.kill('SIGKILL');
  await before.ended;
  const log = delge.stack.log(service);
  const written = statSync(log).size;
  const victim = delge.stack.launch(service, { ...variables, CRASH_AT: point });
  const deadline = Date.now() + REACHED_MS;
  while (victim.alive()) {
    if (Date.now() > deadline) {
      victim.kill('SIGKILL');
      throw new Error(`${service} did not come to ${point} in ${REACHED_MS} ms`);
    }
    await lead().catch(() => undefined);
    await Promise.race([victim.ended, delay(AGAIN_MS)]);
  }
  const said = /^crash point (.+)$/m.exec(readFileSync(log).subarray(written).toString('utf8'))?.[1];
  const ended = await victim.ended;
  if (ended !== 'SIGKILL' || said !== point)
    throw new Error(`${service} ended with ${ended} at ${said}, not at ${point}`);
}
