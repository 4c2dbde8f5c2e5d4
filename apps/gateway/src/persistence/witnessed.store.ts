import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { WitnessMemory } from '../application/witness-memory.js';
import type { Evidence, Held } from '../application/witness-memory.js';

/** A witness's memory in PostgreSQL, shared by all processes of the gateway. */
export class PostgresWitnessMemory extends WitnessMemory {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  override async held(origin: string): Promise<Held | undefined> {
    const [row] = await this.dataSource.query<{ size: string; root: string; note: string }[]>(
      `SELECT size, root, note FROM gateway.witnessed WHERE origin = $1`,
      [origin],
    );
    return row === undefined
      ? undefined
      : { size: BigInt(row.size), root: Buffer.from(row.root, 'base64'), note: row.note };
  }

  override async begin(origin: string, empty: Held): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO gateway.witnessed (origin, size, root, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [origin, ...values(empty)],
    );
  }

  override async advance(origin: string, from: Held, to: Held): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE gateway.witnessed SET size = $2, root = $3, note = $4, at = now() WHERE origin = $1 AND size = $5 AND root = $6`,
      [origin, ...values(to), ...values(from).slice(0, 2)],
    );
    return count === 1;
  }

  override async keep({ origin, code, held, offered }: Evidence): Promise<boolean> {
    const kept = await this.dataSource.query<unknown[]>(
      `INSERT INTO gateway.log_fork (origin, code, held, offered, digest) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING digest`,
      [origin, code, held, offered, createHash('sha256').update(held).update(offered).digest('base64url')],
    );
    return kept.length === 1;
  }

  override async forks(origin: string): Promise<number> {
    const [row] = await this.dataSource.query<{ count: string }[]>(
      `SELECT count(*) FROM gateway.log_fork WHERE origin = $1`,
      [origin],
    );
    return Number(row?.count ?? 0);
  }
}

const values = ({ size, root, note }: Held): readonly [string, string, string] => [
  size.toString(),
  Buffer.from(root).toString('base64'),
  note,
];
