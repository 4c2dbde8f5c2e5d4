import type { JWK } from 'jose';
import type { DataSource } from 'typeorm';
import { Gathered } from '#persistence';
import type { RegisteredSystem, SystemStore } from '../application/ports.js';

interface SystemRow {
  n: number;
  id: string;
  authority: string;
  kid: string;
  jwk: string;
  statement: string;
  stated_at: Date;
}
const UNIQUE_VIOLATION = '23505';

const toSystem = (row: SystemRow): RegisteredSystem => ({
  id: row.id,
  authority: row.authority,
  kid: row.kid,
  jwk: JSON.parse(row.jwk) as JWK,
  statement: row.statement,
  statedAt: row.stated_at,
});

/** Which system calls for which authority: this table says, never a token (design.md section 9). */
export class PostgresSystemStore implements SystemStore {
  private readonly finding: Gathered<object, SystemRow>;

  constructor(private readonly dataSource: DataSource) {
    this.finding = new Gathered(
      dataSource,
      `SELECT asked.n, s.id, s.authority, s.kid, s.jwk, s.statement, s.stated_at
       FROM json_to_recordset($1) AS asked (n int, id uuid) JOIN gateway.system s ON s.id = asked.id`,
    );
  }

  async find(id: string): Promise<RegisteredSystem | undefined> {
    const [row] = await this.finding.ask({ id });
    return row === undefined ? undefined : toSystem(row);
  }

  async put(system: RegisteredSystem): Promise<'stored' | 'same' | 'stale' | 'taken'> {
    const { id, authority, kid, jwk, statement, statedAt } = system;
    const before = await this.find(id);
    if (before?.kid === kid && before.authority === authority && before.statedAt >= statedAt) return 'same';
    if (before !== undefined && before.authority !== authority) return 'taken';
    if (before !== undefined && before.statedAt >= statedAt) return 'stale';
    try {
      await this.dataSource.query(
        `INSERT INTO gateway.system (id, authority, kid, jwk, statement, stated_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET kid = EXCLUDED.kid, jwk = EXCLUDED.jwk, statement = EXCLUDED.statement,
           stated_at = EXCLUDED.stated_at
         WHERE gateway.system.authority = EXCLUDED.authority AND gateway.system.stated_at < EXCLUDED.stated_at`,
        [id, authority, kid, JSON.stringify(jwk), statement, statedAt],
      );
      return 'stored';
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'taken';
      throw error;
    }
  }

  async useOnce(system: string, jti: string, expiresAt: Date, now: Date): Promise<boolean> {
    await this.dataSource.query(`DELETE FROM gateway.token_use WHERE expires_at < $1`, [now]);
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO gateway.token_use (system, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING jti`,
      [system, jti, expiresAt],
    );
    return rows.length === 1;
  }
}
