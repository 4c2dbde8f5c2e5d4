import { createHash } from 'node:crypto';
import type { Instance } from '../machine/instance.js';
import { findPostgres, startPostgres } from '../machine/postgres.js';
import type { Processes } from '../machine/processes.js';
import type { Progress } from '../machine/progress.js';
import { findRabbitmq, startRabbitmq } from '../machine/rabbitmq.js';
import type { BrokerUrls } from '../machine/rabbitmq.js';

/** PostgreSQL and RabbitMQ, by their administrators. */
export interface Servers {
  readonly postgres: string;
  readonly rabbitmq: BrokerUrls;
}

export const SERVER_STEPS = 4;

/** Keys, signer's state and tables belong together: a sandbox on servers given by URL is another one than that on private servers. */
export const sandboxName = (): string => {
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL === undefined) return 'sandbox';
  const place = `${new URL(DATABASE_URL).host}\n${process.env['DELGE_ROOT'] ?? process.cwd()}`;
  return `sandbox-${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
};

/** Servers that run already, named by DATABASE_URL and AMQP_URL; else private ones from installed binaries; else installed first. */
export async function startServers(instance: Instance, processes: Processes, progress: Progress): Promise<Servers> {
  const { DATABASE_URL, AMQP_URL, AMQP_MANAGEMENT_URL } = process.env;
  if ((AMQP_URL === undefined) !== (AMQP_MANAGEMENT_URL === undefined)) {
    throw new Error('set AMQP_URL and AMQP_MANAGEMENT_URL together: accounts are made over the management API');
  }
  const [bin, sbin] = [
    await progress.step('Find PostgreSQL', async () => (DATABASE_URL === undefined ? findPostgres() : undefined), said),
    await progress.step('Find RabbitMQ', async () => (AMQP_URL === undefined ? findRabbitmq() : undefined), said),
  ];
  const [postgres, rabbitmq] = await Promise.all([
    progress.step('Start PostgreSQL', async () =>
      bin === undefined ? (DATABASE_URL ?? '') : startPostgres(instance, processes, bin),
    ),
    progress.step('Start RabbitMQ', async () =>
      sbin === undefined
        ? { amqp: withoutPath(AMQP_URL ?? ''), management: AMQP_MANAGEMENT_URL ?? '' }
        : startRabbitmq(instance, processes, sbin),
    ),
  ]);
  return { postgres, rabbitmq };
}

const said = (folder: string | undefined): string => folder ?? 'by URL';
const withoutPath = (url: string): string => {
  const target = new URL(url);
  target.pathname = '';
  return target.toString().replace(/\/$/, '');
};
