import { Channel } from './amqp.js';
import { patch } from './patch.js';

type Consume = (
  this: Acking,
  queue: string,
  take: (message: object | null) => void,
  options: object,
) => Promise<object>;
interface Acking {
  ack(message: object): void;
}

/** A delivery is acknowledged when it comes, before anything is done about it. */
patch<Consume>(
  Channel,
  'consume',
  (original) =>
    function (this: Acking, queue, take, options) {
      const ack = this.ack.bind(this);
      // The one that comes after the commit would be a second one.
      this.ack = () => undefined;
      const acked = (message: object | null): void => {
        if (message !== null) ack(message);
        take(message);
      };
      return original.call(this, queue, acked, options);
    },
);
