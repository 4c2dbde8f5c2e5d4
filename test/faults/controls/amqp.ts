import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Class {
  readonly prototype: object;
  readonly name: string;
}
const require = createRequire(import.meta.url);

/** The classes behind amqplib's channels, which it does not export: the very ones that a service in this process uses. */
export const { Channel, ConfirmChannel } = require(
  join(dirname(require.resolve('amqplib')), 'lib/channel_model.js'),
) as {
  readonly Channel: Class;
  readonly ConfirmChannel: Class;
};
