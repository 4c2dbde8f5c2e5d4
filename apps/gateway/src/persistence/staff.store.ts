import { isDeepStrictEqual } from 'node:util';
import type { Scope } from '#contracts';
import type { DataSource } from 'typeorm';
import type { KnownPerson, Member, StaffStore, StatedMember } from '../application/ports/staff.js';
import { actAs, alone, asAuthority } from './authority-transaction.js';

interface StaffRow {
  readonly id: string;
  readonly authority: string;
  readonly issuer: string;
  readonly subject: string;
  readonly officer: string;
  readonly office: string;
  readonly mandate: Member['mandate'];
  readonly scopes: readonly Scope[];
}
const UNIQUE_VIOLATION = '23505';

/** Who may act for which authority: this table says, never a claim (design.md section 9). */
export class PostgresStaffStore implements StaffStore {
  constructor(private readonly dataSource: DataSource) {}

  find(authorities: readonly string[], { issuer, subject }: KnownPerson): Promise<readonly Member[]> {
    return this.dataSource.transaction(async (tx) => {
      const found: Member[] = [];
      for (const authority of authorities) {
        await actAs(tx, authority);
        const rows = await tx.query<StaffRow[]>(
          `SELECT id, authority, issuer, subject, officer, office, mandate, scopes FROM gateway.staff
           WHERE authority = $1 AND issuer = $2 AND subject = $3 AND NOT ended`,
          [authority, issuer, subject],
        );
        found.push(...rows);
      }
      return found;
    });
  }

  async put(member: StatedMember): Promise<'stored' | 'same' | 'stale' | 'taken' | 'system'> {
    const { id, authority, issuer, subject, officer, office, mandate, scopes, ended, statement, statedAt } = member;
    try {
      return await asAuthority(this.dataSource, authority, async (tx) => {
        await alone(tx, id);
        const [before] = await tx.query<(StaffRow & { readonly ended: boolean; readonly stated_at: Date })[]>(
          `SELECT * FROM gateway.staff WHERE authority = $1 AND id = $2 FOR UPDATE`,
          [authority, id],
        );
        if (before !== undefined) {
          const isAlike = isDeepStrictEqual(asSaid(before), asSaid(member)) && before.ended === ended;
          if (isAlike && before.stated_at >= statedAt) return 'same';
          if (before.stated_at >= statedAt) return 'stale';
          // Another officer takes another id: what was done under this one stays whose it was.
          if (before.officer !== officer) return 'taken';
          // On whose word they acted before stays beside.
          await tx.query(
            `INSERT INTO gateway.staff_statement (authority, id, stated_at, statement)
             SELECT authority, id, stated_at, statement FROM gateway.staff WHERE authority = $1 AND id = $2`,
            [authority, id],
          );
          await tx.query(
            `UPDATE gateway.staff SET issuer = $3, subject = $4, office = $5, mandate = $6, scopes = $7, ended = $8, statement = $9, stated_at = $10
             WHERE authority = $1 AND id = $2`,
            [authority, id, issuer, subject, office, mandate, scopes, ended, statement, statedAt],
          );
          return 'stored';
        }
        // The access log knows callers by their ids: nobody's is a system's too.
        const systems = await tx.query<unknown[]>(`SELECT FROM gateway.system WHERE id = $1`, [id]);
        if (systems.length > 0) return 'system';
        await tx.query(
          `INSERT INTO gateway.staff (authority, id, issuer, subject, officer, office, mandate, scopes, ended, statement, stated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
          [authority, id, issuer, subject, officer, office, mandate, scopes, ended, statement, statedAt],
        );
        return 'stored';
      });
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'taken';
      throw error;
    }
  }
}

const asSaid = ({ issuer, subject, officer, office, mandate, scopes }: StaffRow): object => ({
  issuer,
  subject,
  officer,
  office,
  mandate,
  scopes,
});
