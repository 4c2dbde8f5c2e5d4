import { readFileSync, statSync } from 'node:fs';
import { eventually } from '../../support/stack.js';
import type { Fault } from '../fault.js';
import type { Disk } from './disk.js';
import { isPaused, isThere, resume } from './servers.js';
import type { OwnPostgres, OwnRabbitmq, OwnServers } from './servers.js';

const SOON_MS = 60_000;

/** What can befall servers of a spec's own. Each is over when the server answers again; that the services go on is for the spec to see. */
export const serverFaults = ({ postgres, rabbitmq }: OwnServers) => ({
  rabbitmqKilled: killed('RabbitMQ killed', rabbitmq),
  postgresKilled: killed('PostgreSQL killed', postgres),
  rabbitmqRestarted: stopped('RabbitMQ restarted', rabbitmq, () => rabbitmq.stop()),
  postgresFast: stopped('PostgreSQL restarted fast', postgres, () => postgres.stop('fast')),
  postgresImmediate: stopped('PostgreSQL restarted at once', postgres, () => postgres.stop('immediate')),
  rabbitmqPaused: paused('RabbitMQ paused', rabbitmq),
  postgresPaused: paused('PostgreSQL paused', postgres),
  rabbitmqAlarm: alarmed(rabbitmq),
});

type Server = OwnPostgres | OwnRabbitmq;

const killed = (name: string, server: Server): Fault => {
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
      if (await server.answers()) throw new Error('it answers');
    },
    heal: async () => {
      if (down) await server.start();
      down = false;
    },
    verifyHealed: async () => {
      await back(name, server);
    },
  };
};

const stopped = (name: string, server: Server, stop: () => Promise<void>): Fault => {
  let before = -1;
  let down = false;
  return {
    name,
    inject: async () => {
      before = server.pid();
      down = true;
      await stop();
    },
    verify: async () => {
      if (isThere(before) || (await server.answers())) throw new Error('it answers');
    },
    heal: async () => {
      if (down) await server.start();
      down = false;
    },
    verifyHealed: () => back(name, server),
  };
};

const paused = (name: string, server: Server): Fault => {
  let pids: readonly number[] = [];
  return {
    name,
    inject: async () => {
      pids = await server.pause();
    },
    verify: async () => {
      if (pids.length < 2 || !pids.every(isPaused)) throw new Error(`${pids.length} processes were paused`);
    },
    heal: () => Promise.resolve(resume(pids)),
    verifyHealed: async () => {
      if (pids.some(isPaused)) throw new Error('it is still paused');
      await back(name, server);
    },
  };
};

const back = async (name: string, server: Server): Promise<void> => {
  await eventually(`${name}: back`, SOON_MS, async () => ((await server.answers()) ? true : undefined));
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

/** A PostgreSQL whose disk is full: what a table or its log needs more is not there. @param log path of what it writes about itself */
export const diskFull = (postgres: OwnPostgres, disk: Disk, log: string): Fault & { readonly ended: () => boolean } => {
  const before = statSync(log).size;
  let ended = false;
  return {
    name: "PostgreSQL's disk full",
    ended: () => ended,
    inject: () => disk.fill(),
    verify: async () => {
      await eventually('it says so', SOON_MS, async () => {
        await disk.fill();
        return readFileSync(log).subarray(before).includes('No space left on device') ? true : undefined;
      });
    },
    heal: async () => {
      await disk.empty();
      // Where it can write no log it ends itself, and may be about to; whoever makes room starts it.
      ended = await eventually('it answers, or has ended', SOON_MS, async () => {
        if (await postgres.answers()) return false;
        return postgres.runs() ? undefined : true;
      });
      if (ended) await postgres.start();
    },
    verifyHealed: () => back("PostgreSQL's disk full", postgres),
  };
};
