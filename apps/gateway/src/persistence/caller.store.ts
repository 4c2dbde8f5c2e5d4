import type { CallerItem, ListCallersQueryDto, Scope } from '#contracts';
import type { DataSource } from 'typeorm';
import type { CallerStore } from '../application/ports/caller.js';
import { asAuthority } from './authority-transaction.js';

interface CallerRow {
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly ended: boolean;
  readonly stated_at: Date;
  /** Of a system. */
  readonly kid: string | null;
  /** Of a member of staff. */
  readonly member: NonNullable<CallerItem['member']> | null;
}

/** Whom the tables of systems and staff let in. */
export class PostgresCallerStore implements CallerStore {
  constructor(private readonly dataSource: DataSource) {}

  list(authority: string, { after, limit }: ListCallersQueryDto): Promise<readonly CallerItem[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<CallerRow[]>(
        `SELECT * FROM (
           SELECT id, scopes, end_statement IS NOT NULL AS ended, stated_at, kid, NULL::json AS member FROM gateway.system WHERE authority = $1
           UNION ALL
           SELECT id, scopes, ended, stated_at, NULL, json_build_object('issuer', issuer, 'subject', subject, 'officer', officer, 'office', office, 'mandate', mandate)
             FROM gateway.staff WHERE authority = $1) AS caller
         WHERE $2::uuid IS NULL OR id > $2 ORDER BY id LIMIT $3`,
        [authority, after ?? null, limit],
      );
      return rows.map(toCaller);
    });
  }
}

const toCaller = ({ id, scopes, ended, stated_at: statedAt, kid, member }: CallerRow): CallerItem => ({
  id,
  kind: member === null ? 'system' : 'staff',
  scopes,
  ended,
  statedAt: statedAt.toISOString(),
  ...(kid === null ? {} : { kid }),
  ...(member === null ? {} : { member }),
});
