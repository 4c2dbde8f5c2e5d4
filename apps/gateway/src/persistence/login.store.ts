import type { Attempt, LoginStore, Session } from '#login';
import type { DataSource } from 'typeorm';

interface AttemptRow {
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly return_to: string;
}
interface SessionRow {
  readonly issuer: string;
  readonly subject: string;
  readonly begun_at: Date;
  readonly seen_at: Date;
}

/** Logins of staff. Names are not kept. */
export class PostgresLoginStore implements LoginStore {
  constructor(private readonly dataSource: DataSource) {}

  async keepAttempt(key: Buffer, attempt: Attempt, endsAt: number, most: number): Promise<void> {
    const { issuer, state, nonce, verifier, returnTo } = attempt;
    // Anybody may begin one: what nobody came back from goes.
    await this.dataSource.query(
      `DELETE FROM gateway.login_attempt WHERE ends_at <= greatest(now(),
         (SELECT ends_at FROM gateway.login_attempt ORDER BY ends_at DESC LIMIT 1 OFFSET $1))`,
      [most - 1],
    );
    await this.dataSource.query(
      `INSERT INTO gateway.login_attempt (key, issuer, state, nonce, verifier, return_to, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [key, issuer, state, nonce, verifier, returnTo, new Date(endsAt)],
    );
  }

  async takeAttempt(key: Buffer, now: number): Promise<Attempt | undefined> {
    const at = new Date(now);
    await this.dataSource.query(`DELETE FROM gateway.login_attempt WHERE ends_at <= $1`, [at]);
    await this.dataSource.query(`DELETE FROM gateway.session WHERE ends_at <= $1`, [at]);
    const [[row]] = await this.dataSource.query<[AttemptRow[], number]>(
      `DELETE FROM gateway.login_attempt WHERE key = $1 RETURNING issuer, state, nonce, verifier, return_to`,
      [key],
    );
    if (row === undefined) return undefined;
    const { issuer, state, nonce, verifier, return_to: returnTo } = row;
    return { issuer, state, nonce, verifier, returnTo };
  }

  async keepSession(key: Buffer, { person, begunAt, seenAt }: Session, endsAt: number): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO gateway.session (key, issuer, subject, begun_at, seen_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`,
      [key, person.issuer, person.subject, new Date(begunAt), new Date(seenAt), new Date(endsAt)],
    );
  }

  async session(key: Buffer): Promise<Session | undefined> {
    const [row] = await this.dataSource.query<SessionRow[]>(
      `SELECT issuer, subject, begun_at, seen_at FROM gateway.session WHERE key = $1`,
      [key],
    );
    if (row === undefined) return undefined;
    const { issuer, subject, begun_at: begun, seen_at: seen } = row;
    return { person: { issuer, subject }, begunAt: begun.getTime(), seenAt: seen.getTime() };
  }

  async seen(key: Buffer, at: number, endsAt: number): Promise<void> {
    await this.dataSource.query(`UPDATE gateway.session SET seen_at = $2, ends_at = $3 WHERE key = $1`, [
      key,
      new Date(at),
      new Date(endsAt),
    ]);
  }

  async endSession(key: Buffer): Promise<void> {
    await this.dataSource.query(`DELETE FROM gateway.session WHERE key = $1`, [key]);
  }
}
