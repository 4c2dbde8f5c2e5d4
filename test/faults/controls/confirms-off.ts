import { ConfirmChannel } from './amqp.js';
import { patch } from './patch.js';

type Publish = (
  this: unknown,
  exchange: string,
  key: string,
  body: Buffer,
  options: object,
  confirmed: (error: unknown) => void,
) => boolean;

/** A message counts as confirmed when it was written to the socket. */
patch<Publish>(
  ConfirmChannel,
  'publish',
  (original) =>
    function (this: unknown, exchange, key, body, options, confirmed) {
      const written = original.call(this, exchange, key, body, options, () => undefined);
      queueMicrotask(() => confirmed(null));
      return written;
    },
);
