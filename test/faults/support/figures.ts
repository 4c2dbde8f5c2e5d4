import { readFileSync } from 'node:fs';
import { eventually } from '../../support/stack.js';
import type { TestStack } from '../../support/stack.js';

const CAUGHT_UP_MS = 180_000;

/** Longest time since then in which nothing came through the broker, as the exchange wrote down what a sender's gateway sent. There is traffic: something that comes now ends it. */
export const throughGapMs = async (delge: TestStack, gateway: string, since: Date): Promise<number> => {
  const now = new Date();
  await eventually('something comes through', CAUGHT_UP_MS, async () => {
    const sql = `SELECT FROM exchange.message WHERE received_at > $1 AND gateway = $2 LIMIT 1`;
    return (await delge.sql('operator', sql, [now, gateway])).length > 0 ? true : undefined;
  });
  const [row] = await delge.sql<{ ms: number }>(
    'operator',
    `SELECT coalesce(max(extract(epoch FROM gap) * 1000), 0)::int AS ms FROM
       (SELECT received_at - lag(received_at, 1, $1) OVER (ORDER BY received_at) AS gap
        FROM exchange.message WHERE received_at > $1 AND gateway = $2) gaps`,
    [since, gateway],
  );
  return row?.ms ?? 0;
};

/** Waits until nothing has waited for the broker for longer than a moment. */
export const untilCaughtUp = (delge: TestStack, gateway: string, ms = CAUGHT_UP_MS): Promise<true> =>
  eventually('what waited was published', ms, async () => {
    const [row] = await delge.sql<{ late: string }>(
      gateway,
      `SELECT count(*) AS late FROM gateway.outbox WHERE published_at IS NULL AND created_at < now() - interval '3 seconds'`,
    );
    return row?.late === '0' ? true : undefined;
  });

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const p99 = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;

/** Resident memory of each service, by pid. */
export const memoryMib = (delge: TestStack): ReadonlyMap<number, number> =>
  new Map(
    delge.stack.services.map((service) => {
      const { pid } = delge.stack.process(service);
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return [pid, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024];
    }),
  );
