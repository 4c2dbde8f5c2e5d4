import type { DataSource } from 'typeorm';
import type { Attempt, LoginStore, Session } from '#login';

interface SessionRow {
  readonly issuer: string;
  readonly auditor: string;
  readonly begun_at: Date;
  readonly seen_at: Date;
}

/** Sessions of auditors. Of a person nothing is kept but the auditor's id, which becomes the session's subject. */
export class PostgresLoginStore implements LoginStore {
  /** @param auditorOf pseudonym of a subject at an issuer */
  constructor(
    private readonly dataSource: DataSource,
    private readonly auditorOf: (issuer: string, subject: string) => string,
  ) {}

  async keepAttempt(key: Buffer, attempt: Attempt, endsAt: number, most: number): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM console.login_attempt WHERE ends_at <= greatest(now(),
         (SELECT ends_at FROM console.login_attempt ORDER BY ends_at DESC LIMIT 1 OFFSET $1))`,
      [most - 1],
    );
    await this.dataSource.query(`INSERT INTO console.login_attempt (key, attempt, ends_at) VALUES ($1, $2, $3)`, [
      key,
      attempt,
      new Date(endsAt),
    ]);
  }

  async takeAttempt(key: Buffer, now: number): Promise<Attempt | undefined> {
    const [rows] = await this.dataSource.query<[{ attempt: Attempt; ends_at: Date }[], number]>(
      `DELETE FROM console.login_attempt WHERE key = $1 RETURNING attempt, ends_at`,
      [key],
    );
    const [row] = rows;
    return row === undefined || row.ends_at.getTime() <= now ? undefined : row.attempt;
  }

  async keepSession(key: Buffer, { person, begunAt, seenAt }: Session, endsAt: number): Promise<void> {
    await this.dataSource.query(`DELETE FROM console.login_session WHERE ends_at < now()`);
    await this.dataSource.query(
      `INSERT INTO console.login_session (key, issuer, auditor, begun_at, seen_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`,
      [
        key,
        person.issuer,
        this.auditorOf(person.issuer, person.subject),
        new Date(begunAt),
        new Date(seenAt),
        new Date(endsAt),
      ],
    );
  }

  async session(key: Buffer): Promise<Session | undefined> {
    const [row] = await this.dataSource.query<SessionRow[]>(
      `SELECT issuer, auditor, begun_at, seen_at FROM console.login_session WHERE key = $1`,
      [key],
    );
    if (row === undefined) return undefined;
    const person = { issuer: row.issuer, subject: row.auditor };
    return { person, begunAt: row.begun_at.getTime(), seenAt: row.seen_at.getTime() };
  }

  async seen(key: Buffer, at: number, endsAt: number): Promise<void> {
    await this.dataSource.query(`UPDATE console.login_session SET seen_at = $2, ends_at = $3 WHERE key = $1`, [
      key,
      new Date(at),
      new Date(endsAt),
    ]);
  }

  async endSession(key: Buffer): Promise<void> {
    await this.dataSource.query(`DELETE FROM console.login_session WHERE key = $1`, [key]);
  }
}
