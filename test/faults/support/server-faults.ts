import { eventually } from '../../support/stack.js';
import type { Fault } from '../fault.js';
import { isThere } from './servers.js';
import type { OwnPostgres, OwnRabbitmq, OwnServers } from './servers.js';

const SOON_MS = 60_000;

/** What can befall servers of a spec's own. Each is over when the server answers again; that the services go on is for the spec to see. */
export const serverFaults = ({ postgres, rabbitmq }: OwnServers) => ({
  rabbitmqKilled: killed('RabbitMQ killed', rabbitmq, async () => !(await rabbitmq.alarmed())),
  postgresKilled: killed('PostgreSQL killed', postgres, () => postgres.answers()),
  postgresFast: stopped('PostgreSQL restarted fast', postgres, 'fast'),
  postgresImmediate: stopped('PostgreSQL restarted at once', postgres, 'immediate'),
  rabbitmqAlarm: alarmed(rabbitmq),
});

const killed = (name: string, server: OwnPostgres | OwnRabbitmq, answers: () => Promise<boolean>): Fault => {
  let pids: readonly number[] = [];
  let down = false;
  return {
    name,
    inject: async () => {
      down = true;
      pids = await server.kill();
    },
    verify: async () => {
      // The server, and what it had started: a script alone is not the server.
      if (pids.length < 2 || pids.some(isThere)) throw new Error(`${pids.length} processes were killed`);
      if (await answers().catch(() => false)) throw new Error('it answers');
    },
    heal: async () => {
      if (down) await server.start();
      down = false;
    },
    verifyHealed: async () => {
      await eventually(`${name}: back`, SOON_MS, async () => ((await answers()) ? true : undefined));
    },
  };
};

const stopped = (name: string, postgres: OwnPostgres, mode: 'fast' | 'immediate'): Fault => {
  let before = -1;
  let down = false;
  return {
    name,
    inject: async () => {
      before = postgres.pid();
      down = true;
      await postgres.stop(mode);
    },
    verify: async () => {
      if (isThere(before) || (await postgres.answers())) throw new Error('it answers');
    },
    heal: async () => {
      if (down) await postgres.start();
      down = false;
    },
    verifyHealed: async () => {
      if (!(await postgres.answers())) throw new Error('it does not answer');
    },
  };
};

const alarmed = (rabbitmq: OwnRabbitmq): Fault => {
  const is = (wanted: boolean) => async () => {
    const alarm = await rabbitmq.alarmed();
    return alarm === wanted ? true : undefined;
  };
  return {
    name: "RabbitMQ's disk alarm",
    inject: () => rabbitmq.alarm(true),
    verify: async () => {
      await eventually('an alarm', SOON_MS, is(true));
    },
    heal: () => rabbitmq.alarm(false),
    verifyHealed: async () => {
      await eventually('no alarm', SOON_MS, is(false));
    },
  };
};
