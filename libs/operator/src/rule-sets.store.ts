import type { DataSource } from 'typeorm';
import type { RuleSetsKept } from './rule-sets.js';

/** Table that a service's own migration makes: released rule sets that were fetched, exact bytes. */
export const ruleSetTableSql = (schema: string): string => `
  CREATE TABLE ${schema}.rule_set (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[A-Za-z0-9_-]{43}$'), bytes bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now());
`;

/** Keeps fetched rule sets in the service's own database: it starts, and replays, without the registry. */
export class RuleSetStore implements RuleSetsKept {
  constructor(
    private readonly dataSource: DataSource,
    private readonly schema: string,
  ) {}

  all(): Promise<readonly { readonly sha256: string; readonly bytes: Uint8Array }[]> {
    return this.dataSource.query<{ sha256: string; bytes: Buffer }[]>(
      `SELECT sha256, bytes FROM ${this.schema}.rule_set ORDER BY at`,
    );
  }

  async keep(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO ${this.schema}.rule_set (sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [sha256, Buffer.from(bytes)],
    );
  }
}
