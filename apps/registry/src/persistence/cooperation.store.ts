import { canonicalBytes } from '#json';
import { cooperationJson, parseCooperation } from '#snapshot';
import type { CooperationOpening } from '#snapshot';
import type { DataSource } from 'typeorm';

/** Openings of cooperation decisions. */
export class CooperationStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns false when it is there already */
  async add(opening: CooperationOpening): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO registry.cooperation (id, opening) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id`,
      [opening.id, Buffer.from(canonicalBytes(cooperationJson(opening)))],
    );
    return rows.length === 1;
  }

  async find(id: string): Promise<CooperationOpening | undefined> {
    const [row] = await this.dataSource.query<{ opening: Buffer }[]>(
      `SELECT opening FROM registry.cooperation WHERE id = $1`,
      [id],
    );
    return row === undefined ? undefined : parseCooperation(row.opening);
  }

  async all(): Promise<readonly CooperationOpening[]> {
    const rows = await this.dataSource.query<{ opening: Buffer }[]>(
      `SELECT opening FROM registry.cooperation ORDER BY at, id`,
    );
    return rows.map(({ opening }) => parseCooperation(opening));
  }
}
