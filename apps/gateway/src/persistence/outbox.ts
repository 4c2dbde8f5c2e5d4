import { enqueue } from '#messaging';
import type { EntityManager } from 'typeorm';
import type { Outgoing } from '../application/ports.js';
import { schema } from './index.js';

/** Where this gateway's messages go: the exchange's inbound exchange, under the one routing key its account may write. */
export class Outbox {
  constructor(
    private readonly gateway: string,
    /** Called after commit, so that the relay need not wait for its next look. */
    readonly wake: () => void,
  ) {}

  async add(tx: EntityManager, outgoing: readonly Outgoing[]): Promise<void> {
    for (const { id, type, body } of outgoing) {
      await enqueue(tx, schema, { id, exchange: 'dx.in', routingKey: `ref.${this.gateway}`, type, body });
    }
  }

  /**
   * Takes back what has certainly not left: never claimed by the relay. A claimed row may be on the wire although
   * nothing confirmed it yet.
   * @returns ids that were taken back
   */
  async takeBack(tx: EntityManager, ids: readonly string[]): Promise<readonly string[]> {
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM gateway.outbox WHERE id = ANY($1::uuid[]) AND published_at IS NULL AND claimed_until IS NULL AND attempts = 0
       RETURNING id`,
      [ids],
    );
    return rows.map((row) => row.id);
  }
}
