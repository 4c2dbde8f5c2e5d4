import { enqueue } from '#messaging';
import { octets } from '#persistence';
import type { EntityManager } from 'typeorm';
import type { Outgoing } from '../application/ports.js';
import { schema } from './index.js';

/** Where this gateway's messages go: the exchange's inbound exchange, under the one routing key its account may write. */
export class Outbox {
  constructor(
    private readonly gateway: string,
    /** Called after commit, so that the relay need not wait for its next look. */
    readonly wake: () => void,
    /** As `wake`, for what must go to the exchange before the message. */
    readonly carry: () => void = () => undefined,
  ) {}

  async add(tx: EntityManager, outgoing: readonly Outgoing[]): Promise<void> {
    for (const { id, type, body, waits } of outgoing) {
      await enqueue(tx, schema, { id, exchange: 'dx.in', routingKey: `ref.${this.gateway}`, type, body });
      // A lease that does not end: no relay takes it until it is let go.
      if (waits) await tx.query(`UPDATE gateway.outbox SET claimed_until = 'infinity' WHERE id = $1`, [id]);
    }
  }

  /** The same as members of an item of a shared statement. */
  row({ id, type, body }: Outgoing): object {
    const [exchange, routing_key] = ['dx.in', `ref.${this.gateway}`];
    return { outbox_id: id, exchange, routing_key, outbox_type: type, outbox_body: octets(body) };
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
