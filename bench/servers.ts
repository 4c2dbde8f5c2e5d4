import { rmSync } from 'node:fs';
import { SERVER_STEPS, startServers, type Servers } from '../tools/deploy/servers.js';
import { Instance } from '../tools/machine/instance.js';
import { Processes, stopLeftover } from '../tools/machine/processes.js';
import { Progress } from '../tools/machine/progress.js';

/** Runs work against a PostgreSQL and a RabbitMQ of its own, with the durable settings of any other, and stops them. */
export async function withServers<T>(
  work: (servers: Servers, instance: Instance, processes: Processes) => Promise<T>,
): Promise<T> {
  const instance = Instance.open('bench');
  await stopLeftover(instance);
  // A virtual host that is removed while a broker still recovers its queues cannot be made anew: it begins empty.
  rmSync(instance.path('rabbitmq'), { recursive: true, force: true });
  const processes = new Processes(instance);
  const stop = async (): Promise<void> => {
    await processes.stopAll();
    await stopLeftover(instance);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stop().then(() => process.exit(130)));
  process.once('uncaughtException', (fault) => {
    process.stderr.write(`${fault.stack ?? fault.message}\n`);
    void stop().then(() => process.exit(1));
  });
  try {
    return await work(await startServers(instance, processes, new Progress(SERVER_STEPS)), instance, processes);
  } finally {
    await stop();
  }
}
