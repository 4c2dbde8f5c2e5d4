import { setTimeout as delay } from 'node:timers/promises';
import { DisclosureTransport, EXCHANGE_QUEUE, Suspects, claimInbox } from '#messaging';
import { dataSourceOptions } from '#persistence';
import { EventLog } from '#platform';
import { DataSource } from 'typeorm';

/** A consumer of the exchange's queue in a process of its own, which a message of one body kills, and one of another stops after its commit. `DELGE_CONSUMER` is JSON of these. */
export interface ConsumerProcess {
  readonly broker: string;
  readonly database: string;
  readonly prefetch: number;
  readonly type: string;
}
export const KILLS = 'kills whoever reads it';
export const STAYS = 'has its effect and is not acknowledged';
/** Longer than the one that kills takes to kill: so that what is in hand with it has not ended. */
const WORK_MS = 60;
const KILL_MS = 20;

const given = process.env['DELGE_CONSUMER'];
if (given !== undefined) {
  const { broker, database, prefetch, type } = JSON.parse(given) as ConsumerProcess;
  const dataSource = await new DataSource(dataSourceOptions({ url: database, schema: 'exchange' })).initialize();
  const transport = new DisclosureTransport(
    {
      url: broker,
      queue: EXCHANGE_QUEUE,
      name: 'test',
      prefetch,
      suspects: new Suspects(dataSource, 'exchange'),
    },
    new EventLog('test', 'info'),
  );
  const handle = async ({ body, messageId }: { readonly body: Uint8Array; readonly messageId: string }) => {
    if (Buffer.from(body).toString() === KILLS) {
      await delay(KILL_MS);
      process.kill(process.pid, 'SIGKILL');
    }
    await delay(WORK_MS);
    await dataSource.transaction((tx) => claimInbox(tx, 'exchange', 'poison', messageId, body));
    if (Buffer.from(body).toString() === STAYS) await new Promise(() => undefined);
  };
  transport.addHandler(type, handle, true);
  process.on('SIGTERM', () => void transport.drain().then(() => process.exit(0)));
  transport.listen(() => undefined);
}
