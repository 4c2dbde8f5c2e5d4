import { ALL_SCOPES } from '#contracts';
import type { Scope } from '#contracts';
import type { JWK } from 'jose';
import type { DataSource, EntityManager } from 'typeorm';
import { Gathered } from '#persistence';
import type { NewSystem, RegisteredSystem, SystemEnd, SystemStore } from '../application/ports/system.js';
import { actAs, alone, asAuthority } from './authority-transaction.js';

interface SystemRow {
  n: number;
  id: string;
  authority: string;
  kid: string;
  jwk: string;
  statement: string;
  stated_at: Date;
  scopes: Scope[];
}
type Standing = Pick<SystemRow, 'authority' | 'kid' | 'stated_at' | 'scopes'> & { readonly ended: boolean };
const UNIQUE_VIOLATION = '23505';
/** What a system must have for what it registered to be sent anything. */
export const SENT_EVENTS: readonly Scope[] = ['webhooks:write', 'events:read'];

const toSystem = (row: SystemRow): RegisteredSystem => ({
  id: row.id,
  authority: row.authority,
  kid: row.kid,
  jwk: JSON.parse(row.jwk) as JWK,
  statement: row.statement,
  statedAt: row.stated_at,
  scopes: row.scopes,
});

const suspendWebhooks = (tx: EntityManager, authority: string, system: string): Promise<unknown> =>
  tx.query(
    `UPDATE gateway.webhook SET state = 'suspended', lease = NULL, leased_until = NULL WHERE authority = $1 AND system = $2`,
    [authority, system],
  );

/** A statement that says nothing of scopes says nothing else than what there is. */
export const sameScopes = (before: readonly Scope[], said: readonly Scope[] | undefined): boolean =>
  said === undefined || (said.length === before.length && said.every((scope) => before.includes(scope)));

/** Which system calls for which authority: this table says, never a token (design.md section 9). */
export class PostgresSystemStore implements SystemStore {
  private readonly finding: Gathered<object, SystemRow>;

  /** @param hosted authorities whose staff are registered here */
  constructor(
    private readonly dataSource: DataSource,
    private readonly hosted: () => readonly string[],
  ) {
    this.finding = new Gathered(
      dataSource,
      `SELECT asked.n, s.id, s.authority, s.kid, s.jwk, s.statement, s.stated_at, s.scopes
       FROM json_to_recordset($1) AS asked (n int, id uuid) JOIN gateway.system s ON s.id = asked.id
       WHERE s.end_statement IS NULL`,
    );
  }

  async find(id: string): Promise<RegisteredSystem | undefined> {
    const [row] = await this.finding.ask({ id });
    return row === undefined ? undefined : toSystem(row);
  }

  async put(system: NewSystem): Promise<'stored' | 'same' | 'stale' | 'taken' | 'staff'> {
    const { id, authority, kid, jwk, statement, statedAt, scopes } = system;
    try {
      return await asAuthority(this.dataSource, authority, async (tx) => {
        await alone(tx, id);
        const before = await this.standing(tx, id);
        const isAlike =
          before?.kid === kid && !before.ended && before.authority === authority && sameScopes(before.scopes, scopes);
        if (isAlike && before.stated_at >= statedAt) return 'same';
        if (before !== undefined && before.authority !== authority) return 'taken';
        if (before === undefined && (await this.isOfStaff(tx, authority, id))) return 'staff';
        const [stored] = await tx.query<Pick<SystemRow, 'scopes'>[]>(
          `INSERT INTO gateway.system (id, authority, kid, jwk, statement, stated_at, scopes) VALUES ($1, $2, $3, $4, $5, $6, coalesce($7::text[], $8::text[]))
           ON CONFLICT (id) DO UPDATE SET kid = EXCLUDED.kid, jwk = EXCLUDED.jwk, statement = EXCLUDED.statement,
             stated_at = EXCLUDED.stated_at, end_statement = NULL, scopes = coalesce($7::text[], gateway.system.scopes)
           WHERE gateway.system.authority = EXCLUDED.authority AND gateway.system.stated_at < EXCLUDED.stated_at
           RETURNING scopes`,
          [id, authority, kid, JSON.stringify(jwk), statement, statedAt, scopes ?? null, ALL_SCOPES],
        );
        if (stored === undefined) return 'stale';
        // They stand still until a system of the authority says again that it wants them: who had the key before may have registered them, and whoever may no longer
        // register one or read events is sent none.
        const isAnother = before !== undefined && before.kid !== kid;
        if (isAnother || !SENT_EVENTS.every((scope) => stored.scopes.includes(scope)))
          await suspendWebhooks(tx, authority, id);
        return 'stored';
      });
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'taken';
      throw error;
    }
  }

  end({ id, authority, statement, statedAt }: SystemEnd): Promise<'stored' | 'same' | 'stale' | 'unknown'> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await alone(tx, id);
      const before = await this.standing(tx, id);
      if (before?.authority !== authority) return 'unknown';
      if (before.stated_at >= statedAt) return before.ended ? 'same' : 'stale';
      await tx.query(`UPDATE gateway.system SET end_statement = $2, stated_at = $3 WHERE id = $1`, [
        id,
        statement,
        statedAt,
      ]);
      await suspendWebhooks(tx, authority, id);
      return 'stored';
    });
  }

  private async standing(tx: EntityManager, id: string): Promise<Standing | undefined> {
    const [row] = await tx.query<Standing[]>(
      `SELECT authority, kid, stated_at, scopes, end_statement IS NOT NULL AS ended FROM gateway.system WHERE id = $1 FOR UPDATE`,
      [id],
    );
    return row;
  }

  /** The access log knows callers by their ids: no system's is a person's too, of whichever authority. */
  private async isOfStaff(tx: EntityManager, own: string, id: string): Promise<boolean> {
    let isFound = false;
    for (const authority of this.hosted()) {
      await actAs(tx, authority);
      const rows = await tx.query<unknown[]>(`SELECT FROM gateway.staff WHERE authority = $1 AND id = $2`, [
        authority,
        id,
      ]);
      isFound ||= rows.length > 0;
    }
    await actAs(tx, own);
    return isFound;
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
