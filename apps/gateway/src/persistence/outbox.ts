import { HANDED_LEASE_S, enqueue, isHanded } from '#messaging';
import type { OutboxRelay, OutboxRow } from '#messaging';
import { Octets } from '#persistence';
import type { EntityManager } from 'typeorm';
import type { Outgoing } from '../application/ports/outgoing.js';
import { schema } from './index.js';

/** Where this gateway's messages go: the exchange's inbound exchange, under the one routing key its account may write. */
export class Outbox {
  constructor(
    private readonly gateway: string,
    private readonly relay: Pick<OutboxRelay, 'takes' | 'hand' | 'wake'>,
    /** As `wake`, for what must go to the exchange before the message. */
    readonly carry: () => void = () => undefined,
  ) {}

  /** Called after commit, so that the relay need not wait for its next look. */
  wake(): void {
    this.relay.wake();
  }

  async add(tx: EntityManager, outgoing: readonly Outgoing[]): Promise<void> {
    for (const one of outgoing) {
      const { id } = one;
      await enqueue(tx, schema, this.row(one));
      // A lease that does not end: no relay takes it until it is let go.
      if (one.waits) await tx.query(`UPDATE gateway.outbox SET claimed_until = 'infinity' WHERE id = $1`, [id]);
    }
  }

  /** The same as members of items of a shared statement. @returns with what is called after its commit */
  items(outgoing: readonly Outgoing[]): { readonly items: readonly object[]; readonly committed: () => void } {
    const rows = outgoing.map((one) => this.row(one));
    const handing = this.relay.takes();
    return {
      items: rows.map(({ id, exchange, routingKey, type, body }) => ({
        outbox_id: id,
        exchange,
        routing_key: routingKey,
        outbox_type: type,
        outbox_body: new Octets(body),
        ...(isHanded(handing, routingKey) ? { outbox_lease_s: HANDED_LEASE_S } : {}),
      })),
      committed: () => this.relay.hand(rows, handing),
    };
  }

  private row({ id, type, body }: Outgoing): OutboxRow {
    return { id, exchange: 'dx.in', routingKey: `ref.${this.gateway}`, type, body };
  }

  /** What waited may leave. */
  async letGo(tx: EntityManager, id: string): Promise<void> {
    await tx.query(`UPDATE gateway.outbox SET claimed_until = NULL WHERE id = $1 AND claimed_until = 'infinity'`, [id]);
  }

  /**
   * Takes back what has certainly not left: never claimed by the relay. A claimed row may be on the wire although
   * nothing confirmed it yet.
   * @returns ids that were taken back
   */
  async takeBack(tx: EntityManager, ids: readonly string[]): Promise<readonly string[]> {
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM gateway.outbox WHERE id = ANY($1::uuid[]) AND published_at IS NULL AND coalesce(claimed_until, 'infinity') = 'infinity' AND attempts = 0
       RETURNING id`,
      [ids],
    );
    return rows.map((row) => row.id);
  }
}
