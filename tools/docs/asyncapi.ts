import { join } from 'node:path';
import { TO_EXCHANGE, TO_GATEWAY } from '#contracts';
import {
  EXCHANGE_QUEUE,
  IN_EXCHANGE,
  OUT_EXCHANGE,
  QUARANTINE_QUEUE,
  exchangePermissions,
  gatewayDeliveryKey,
  gatewayPermissions,
  gatewayQueue,
  gatewayRoutingKey,
  topology,
} from '#messaging';
import { stringify } from 'yaml';
import { parseFile } from './source.js';
import { messagesIn, scalarsIn } from './wire.js';
import type { WireMessage } from './wire.js';
import { wireExample } from './wire-example.js';

const WIRE = 'libs/contracts/src/v1/wire';
const PARAMETER = '{gateway}';
const parameters = { gateway: { description: 'Id of the gateway, as enrolled in the keys log' } };

export const wireMessages = (root: string): readonly WireMessage[] => {
  const scalars = scalarsIn(parseFile(join(root, WIRE, 'shape.ts')));
  const read = (file: string, types: readonly string[]): readonly WireMessage[] =>
    messagesIn(parseFile(join(root, WIRE, file)), types, scalars);
  return [...read('to-exchange.ts', TO_EXCHANGE), ...read('to-gateway.ts', TO_GATEWAY)];
};

const messageOf = ({ type, name, doc, schema }: WireMessage): object => ({
  name: type,
  title: name,
  summary: doc.replace(/ (AMQP `type`: )?`[a-z.0-9]+`\.$/, ''),
  contentType: 'application/json',
  payload: schema,
  examples: [{ name: type, summary: 'Made up, and of the form that the real thing has', payload: wireExample(schema) }],
  bindings: { amqp: { messageType: type, bindingVersion: '0.3.0' } },
});

const references = (types: readonly string[]): object =>
  Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }]));
const inChannel = (channel: string, types: readonly string[]): readonly object[] =>
  types.map((type) => ({ $ref: `#/channels/${channel}/messages/${type}` }));

const { exchanges, queues } = topology([PARAMETER]);
const publishing = (exchange: string, address: string, description: string, types: readonly string[]): object => {
  const kind = exchanges.find(({ name }) => name === exchange)?.type;
  const bound = { is: 'routingKey', exchange: { name: exchange, type: kind, durable: true, autoDelete: false } };
  return {
    address,
    description,
    parameters,
    messages: references(types),
    bindings: { amqp: { ...bound, bindingVersion: '0.3.0' } },
  };
};
const queueOf = (name: string, description: string, types: readonly string[]): object => {
  const queue = queues.find((declared) => declared.name === name);
  if (queue === undefined) throw new Error(`${name} is not in the topology`);
  const own = { name, durable: true, exclusive: false, autoDelete: false };
  return {
    address: name,
    description,
    ...(name.includes(PARAMETER) ? { parameters } : {}),
    messages: references(types),
    bindings: { amqp: { is: 'queue', queue: own, bindingVersion: '0.3.0' } },
    'x-queue-arguments': queue.arguments,
    'x-bindings': queue.bindings,
  };
};

const AT_LEAST_ONCE = 'Whoever receives has handled a message once, however often it comes.';
const operation = (
  action: 'send' | 'receive',
  channel: string,
  who: string,
  summary: string,
  types: readonly string[],
): object => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  summary,
  description: `${summary} ${AT_LEAST_ONCE}`,
  tags: [{ name: who }],
  messages: inChannel(channel, types),
});

/** AsyncAPI 3.0 of the disclosure path, from the wire contracts and the broker's topology. */
export const asyncApiYaml = (root: string): string => {
  const all = [...TO_EXCHANGE, ...TO_GATEWAY];
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Delge disclosure path',
      version: '1.0.0',
      description:
        'Messages between gateways and the exchange over RabbitMQ. Bodies are strict JSON of at most 1 MiB with these members and no others. ' +
        'Each is published persistent, `mandatory`, with publisher confirms, and with the AMQP properties `message-id` (UUID of the ' +
        "publisher's outbox row), `type`, `user-id` (checked by the broker), `content-type` and `timestamp`. Delivery is at least once: " +
        'receivers know by the signed content what they have handled. Who says something is established by signatures, never by the queue.',
      contact: { name: 'Delge', url: 'https://delge.example/', email: 'kontakt@delge.example' },
      license: { name: 'EUPL-1.2', url: 'https://eupl.eu/1.2/en/' },
      tags: [
        { name: 'gateway', description: 'What a gateway does. Det som en gateway gör.' },
        { name: 'exchange', description: 'What the exchange does. Det som växeln gör.' },
      ],
    },
    servers: {
      broker: {
        host: 'broker.delge.example:5671',
        protocol: 'amqps',
        description: "The operator's RabbitMQ: one account for each gateway, one for the exchange.",
      },
    },
    defaultContentType: 'application/json',
    channels: {
      toExchange: publishing(
        IN_EXCHANGE,
        gatewayRoutingKey(PARAMETER),
        'Where a gateway publishes, under the one routing key that its account may write.',
        TO_EXCHANGE,
      ),
      exchangeQueue: queueOf(EXCHANGE_QUEUE, 'Everything that gateways send; the exchange reads it.', TO_EXCHANGE),
      toGateway: publishing(
        OUT_EXCHANGE,
        gatewayDeliveryKey(PARAMETER),
        'Where the exchange publishes, one routing key per gateway.',
        TO_GATEWAY,
      ),
      gatewayQueue: queueOf(
        gatewayQueue(PARAMETER),
        'Everything that the exchange sends to one gateway; that gateway alone reads it.',
        TO_GATEWAY,
      ),
      quarantine: queueOf(
        QUARANTINE_QUEUE,
        'Dead letters of every queue, of any type and body; the exchange keeps them and tells their senders.',
        all,
      ),
    },
    operations: {
      gatewaySends: operation('send', 'toExchange', 'gateway', 'A gateway publishes from its outbox.', TO_EXCHANGE),
      exchangeReceives: operation(
        'receive',
        'exchangeQueue',
        'exchange',
        'The exchange acknowledges when its transaction is committed.',
        TO_EXCHANGE,
      ),
      exchangeSends: operation('send', 'toGateway', 'exchange', 'The exchange publishes from its outbox.', TO_GATEWAY),
      gatewayReceives: operation(
        'receive',
        'gatewayQueue',
        'gateway',
        'A gateway verifies, commits and acknowledges; what it cannot verify it rejects to quarantine.',
        TO_GATEWAY,
      ),
      exchangeReceivesDeadLetters: operation('receive', 'quarantine', 'exchange', 'Set aside for people.', all),
    },
    components: { messages: Object.fromEntries(wireMessages(root).map((one) => [one.type, messageOf(one)])) },
    'x-accounts': [gatewayPermissions(PARAMETER), exchangePermissions()],
  };
  return `# Generated by \`npm run docs\`.\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
};
