import { createHash, randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { IncomingMessage } from './incoming.js';

/** Processes that began a delivery alone and are gone: then it has killed them. */
const KILLED_MAX = 2;
/** This process, from its start on. */
const RUN = randomUUID();

/** Table that a service's own migration made in its own schema. Written no more; `suspect_run` is in its place. */
export const suspectTableSql = (schema: string): string => `
  CREATE TABLE ${schema}.suspect (
    -- SHA-256 over queue, id and body: what was published chooses its own id.
    delivery bytea PRIMARY KEY, begun int NOT NULL, begun_at timestamptz NOT NULL DEFAULT now());
`;

/** Table that a service's own migration makes in its own schema. */
export const suspectRunTableSql = (schema: string): string => `
  CREATE TABLE ${schema}.suspect_run (
    -- SHA-256 over queue, id and body: what was published chooses its own id.
    delivery bytea NOT NULL,
    -- One start of one process: what it says twice, or late, counts once.
    run uuid NOT NULL,
    -- Begun alone, and not ended.
    begun boolean NOT NULL, hung int NOT NULL DEFAULT 0, begun_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery, run));
`;

/**
 * Remembers which deliveries were begun and never ended, by whom. The broker counts a delivery for each process that stops with it in hand,
 * whatever it died of; a row here of another process says that this very one was being handled there, alone. Of this process none says so: it lives.
 */
export class Suspects {
  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly schema: string,
    private readonly run: string = RUN,
  ) {}

  /** @returns how many other processes have begun it and never ended */
  async begin(queue: string, message: IncomingMessage): Promise<number> {
    const delivery = digestOf(queue, message);
    await this.dataSource.query(
      `INSERT INTO ${this.schema}.suspect_run (delivery, run, begun) VALUES ($1, $2, true)
       ON CONFLICT (delivery, run) DO UPDATE SET begun = true, begun_at = now()`,
      [delivery, this.run],
    );
    return this.killed(delivery);
  }

  /** @returns whether it was set aside since it kills whoever reads it */
  async isKiller(queue: string, message: IncomingMessage): Promise<boolean> {
    return isKiller(await this.killed(digestOf(queue, message)));
  }

  /** It did not end in time, and did not kill either. @returns how often it has hung, this time included */
  async hung(queue: string, message: IncomingMessage): Promise<number> {
    const delivery = digestOf(queue, message);
    await this.dataSource.query(
      `UPDATE ${this.schema}.suspect_run SET begun = false, hung = hung + 1 WHERE delivery = $1 AND run = $2`,
      [delivery, this.run],
    );
    const [row] = await this.dataSource.query<{ hung: number }[]>(
      `SELECT coalesce(sum(hung), 0)::int AS hung FROM ${this.schema}.suspect_run WHERE delivery = $1`,
      [delivery],
    );
    return row?.hung ?? 0;
  }

  /** It did not kill: whatever became of it, nothing is held against it. */
  async end(queue: string, message: IncomingMessage): Promise<void> {
    await this.dataSource.query(`DELETE FROM ${this.schema}.suspect_run WHERE delivery = $1`, [
      digestOf(queue, message),
    ]);
  }

  /** Comes back when the store answers. */
  async answers(): Promise<void> {
    await this.dataSource.query('SELECT 1');
  }

  private async killed(delivery: Buffer): Promise<number> {
    const [row] = await this.dataSource.query<{ killed: number }[]>(
      `SELECT count(*)::int AS killed FROM ${this.schema}.suspect_run WHERE delivery = $1 AND run <> $2 AND begun`,
      [delivery, this.run],
    );
    return row?.killed ?? 0;
  }
}

/** Whether a delivery that so many processes began and never ended is begun no more. */
export const isKiller = (killed: number): boolean => killed >= KILLED_MAX;

const digestOf = (queue: string, { messageId, body }: IncomingMessage): Buffer =>
  createHash('sha256').update(`delge-suspect/v1\n${queue}\n${messageId}\n`).update(body).digest();
