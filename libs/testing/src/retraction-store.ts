import type { Outgoing } from '../../../apps/gateway/src/application/ports/outgoing.js';
import type {
  NewRetraction,
  ReceivedRetraction,
  RetractionStore,
  StoredRetraction,
} from '../../../apps/gateway/src/application/ports/retraction.js';
import { GatewayError } from '../../../apps/gateway/src/domain/errors.js';
import { MemoryDeliveryStore } from './delivery-store.js';

/** RetractionStore in memory, with the transactions of the real one. */
export class MemoryRetractionStore implements RetractionStore {
  readonly outbox: Outgoing[] = [];
  private readonly own = new Map<string, StoredRetraction>();
  private readonly others = new Map<string, ReceivedRetraction>();

  constructor(private readonly deliveries = new MemoryDeliveryStore()) {}

  given(authority: string, messageIds: readonly string[]): Promise<readonly StoredRetraction[]> {
    return Promise.resolve(messageIds.flatMap((id) => this.own.get(`${authority} ${id}`) ?? []));
  }

  give(
    authority: string,
    retractions: readonly NewRetraction[],
    outgoing: readonly Outgoing[],
    again: readonly Outgoing[] = [],
  ): Promise<boolean> {
    const before = retractions.map(({ messageId }) => this.own.get(`${authority} ${messageId}`));
    if (before.some((one, place) => one !== undefined && one.reason !== retractions[place]?.reason))
      return Promise.reject(new GatewayError('RETRACTION_EXISTS'));
    for (const [place, one] of retractions.entries()) {
      if (before[place] !== undefined) continue;
      this.own.set(`${authority} ${one.messageId}`, one);
      this.outbox.push(...outgoing.slice(place, place + 1));
    }
    this.outbox.push(...again);
    return Promise.resolve(true);
  }

  receive(authority: string, retraction: ReceivedRetraction): Promise<boolean> {
    const key = `${authority} ${retraction.messageId} ${retraction.sender}`;
    if (this.others.has(key)) return Promise.resolve(false);
    this.others.set(key, retraction);
    return Promise.resolve(true);
  }

  received(authority: string, messageIds: readonly string[]): Promise<readonly ReceivedRetraction[]> {
    const found = messageIds.flatMap((id) => {
      const delivery = this.deliveries.deliveries.get(`${authority} ${id}`);
      const one = delivery === undefined ? undefined : this.others.get(`${authority} ${id} ${delivery.sender}`);
      const same = one?.attempt === delivery?.attempt && one?.jweSha256 === delivery?.jweSha256;
      return one !== undefined && same ? [one] : [];
    });
    return Promise.resolve(found);
  }
}
