import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { TestStack } from '../../support/stack.js';
import { traced } from './trace.js';

/** What the broker delivers to the services of one stack, counted by its own trace. */
export class Deliveries {
  private all = 0;
  private again = 0;
  private readonly known = new Set<string>();
  private connection: ChannelModel | undefined;

  /** From now on. */
  static async of(delge: TestStack): Promise<Deliveries> {
    const counting = new Deliveries();
    counting.connection = await traced(delge, 'deliver.#', (message) => counting.count(message));
    return counting;
  }

  /**
   * The flag alone does not tell that somebody had the message: a queue that gives one away while its consumer is being cancelled takes it back, and marks it, before it has left the broker.
   * The trace is of what leaves it.
   */
  private count({ fields, properties }: ConsumeMessage): void {
    const { redelivered, properties: own } = (properties.headers ?? {}) as {
      readonly redelivered?: number;
      readonly properties?: { readonly message_id?: string };
    };
    if (own?.message_id === undefined) throw new Error('the broker traces a message without its id');
    const key = `${fields.routingKey} ${own.message_id}`;
    this.all += 1;
    if (redelivered === 1 && this.known.has(key)) this.again += 1;
    this.known.add(key);
  }

  get counts(): { readonly all: number; readonly again: number } {
    return { all: this.all, again: this.again };
  }
  async end(): Promise<void> {
    await this.connection?.close();
  }
}
