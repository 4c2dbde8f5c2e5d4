import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { TestStack } from '../../support/stack.js';

const TRACE = 'amq.rabbitmq.trace';

/** What the broker delivers to the services of one stack, counted by its own trace. Its statistics are switched off, and then count nothing. */
export class Deliveries {
  private all = 0;
  private again = 0;

  private constructor(private readonly connection: ChannelModel) {}

  /** From now on. */
  static async of(delge: TestStack): Promise<Deliveries> {
    const { servers, name } = delge.stack.options;
    const { origin, username, password } = new URL(servers.rabbitmq.management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const response = await fetch(`${origin}/api/vhosts/dx-${name}`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ tracing: true }),
    });
    if (!response.ok) throw new Error(`the broker traces nothing: ${response.status}`);
    const connection = await delge.amqp('admin');
    const counting = new Deliveries(connection);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, TRACE, 'deliver.#');
    const count = (message: ConsumeMessage | null): void => {
      const redelivered: unknown = message?.properties.headers?.['redelivered'];
      counting.all += 1;
      if (redelivered === 1) counting.again += 1;
    };
    await channel.consume(queue, count, { noAck: true });
    return counting;
  }

  get counts(): { readonly all: number; readonly again: number } {
    return { all: this.all, again: this.again };
  }
  end(): Promise<void> {
    return this.connection.close();
  }
}
