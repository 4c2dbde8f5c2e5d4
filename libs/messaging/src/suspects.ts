import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { IncomingMessage } from './incoming.js';

/** How often a delivery that had not been settled before is begun alone: then it has killed whoever read it. */
const BEGUN_MAX = 2;

/** Table that a service's own migration makes in its own schema, and what its role may do there. */
export const suspectTableSql = (schema: string): string => `
  CREATE TABLE ${schema}.suspect (
    -- SHA-256 over queue, id and body: what was published chooses its own id.
    delivery bytea PRIMARY KEY, begun int NOT NULL, begun_at timestamptz NOT NULL DEFAULT now());
`;

/**
 * Remembers which deliveries were begun and never ended. The broker counts a delivery for each process that stops with it in hand,
 * whatever it died of; a row here that is still there when its delivery comes again says that this very one was being handled, alone.
 */
export class Suspects {
  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly schema: string,
  ) {}

  /** @returns how often it was begun, this time included, without ending */
  async begin(queue: string, message: IncomingMessage): Promise<number> {
    const [row] = await this.dataSource.query<{ begun: number }[]>(
      `INSERT INTO ${this.schema}.suspect AS s (delivery, begun) VALUES ($1, 1)
       ON CONFLICT (delivery) DO UPDATE SET begun = s.begun + 1, begun_at = now() RETURNING begun`,
      [digestOf(queue, message)],
    );
    return row?.begun ?? 1;
  }

  /** @returns whether it was set aside since it kills whoever reads it */
  async isKiller(queue: string, message: IncomingMessage): Promise<boolean> {
    const rows = await this.dataSource.query<{ begun: number }[]>(
      `SELECT begun FROM ${this.schema}.suspect WHERE delivery = $1`,
      [digestOf(queue, message)],
    );
    return rows.some(({ begun }) => isKiller(begun));
  }

  /** It did not kill: whatever became of it, nothing is held against it. */
  async end(queue: string, message: IncomingMessage): Promise<void> {
    await this.dataSource.query(`DELETE FROM ${this.schema}.suspect WHERE delivery = $1`, [digestOf(queue, message)]);
  }
}

/** Whether a delivery that was begun so often and never ended is begun no more. */
export const isKiller = (begun: number): boolean => begun > BEGUN_MAX;

const digestOf = (queue: string, { messageId, body }: IncomingMessage): Buffer =>
  createHash('sha256').update(`delge-suspect/v1\n${queue}\n${messageId}\n`).update(body).digest();
