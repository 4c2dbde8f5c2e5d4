import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { TestStack } from '../../support/stack.js';
import { traced } from './trace.js';

/** When a service was killed, by this process's clock. */
export interface Death {
  readonly service: string;
  readonly at: number;
}
/** A message that was published more than once, and when it was for the first time. */
export interface Repeat {
  readonly service: string;
  readonly firstAt: number;
}

/** What the services of one stack publish, by the broker's own trace: how often each message, and by whom. */
export class Publications {
  private readonly first = new Map<string, number>();
  private connection: ChannelModel | undefined;
  /** One for each time that a message came once more. */
  readonly repeats: Repeat[] = [];

  /** From now on. */
  static async of(delge: TestStack): Promise<Publications> {
    const counting = new Publications();
    counting.connection = await traced(delge, 'publish.#', (message) => counting.count(message));
    return counting;
  }

  private count({ properties }: ConsumeMessage): void {
    const { user, properties: own } = (properties.headers ?? {}) as {
      readonly user?: string;
      readonly properties?: { readonly message_id?: string };
    };
    // What is put into `quarantine` the broker publishes itself.
    if (user === undefined || own?.message_id === undefined) return;
    const service = user.replace(/^gw-/, 'gateway-');
    const key = `${service} ${own.message_id}`;
    const firstAt = this.first.get(key);
    if (firstAt === undefined) this.first.set(key, Date.now());
    else this.repeats.push({ service, firstAt });
  }

  /** Different messages. */
  get all(): number {
    return this.first.size;
  }
  async end(): Promise<void> {
    await this.connection?.close();
  }
}

/**
 * How much each death cost: a message is repeated for the death that came first after it had been published.
 * @returns repeats of each death, in their order; what was repeated though nobody died after it stands at the end
 */
export const repeatsBy = (deaths: readonly Death[], repeats: readonly Repeat[]): readonly number[] => {
  const counts = [...deaths.map(() => 0), 0];
  for (const { service, firstAt } of repeats) {
    const at = deaths.findIndex((death) => death.service === service && death.at >= firstAt);
    const nth = at === -1 ? deaths.length : at;
    counts[nth] = (counts[nth] ?? 0) + 1;
  }
  return counts;
};
