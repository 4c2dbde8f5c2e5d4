import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { TestStack } from '../../support/stack.js';

const TRACE = 'amq.rabbitmq.trace';

/**
 * Has the broker's own trace of one stack, from now on. Its statistics are switched off, and then count nothing.
 * @param which `deliver.#`: what it delivers, by queue; `publish.#`: what is published to it, by exchange
 * @returns connection that ends it
 */
export async function traced(
  delge: TestStack,
  which: 'deliver.#' | 'publish.#',
  each: (traced: ConsumeMessage) => void,
): Promise<ChannelModel> {
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
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, TRACE, which);
  const take = (message: ConsumeMessage | null): void => {
    if (message !== null) each(message);
  };
  await channel.consume(queue, take, { noAck: true });
  return connection;
}
