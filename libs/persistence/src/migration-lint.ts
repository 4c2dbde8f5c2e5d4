/** What a migration must not do to a table that is there and may be large, since traffic would wait for it (docs/operator.md, Migrations). */
export interface MigrationFault {
  readonly rule:
    'index-locks' | 'column-not-null' | 'type-rewrites' | 'check-scans' | 'full-lock' | 'renames' | 'default-rewrites';
  /** Beginning of the statement. */
  readonly statement: string;
}

/** Functions that give another value for each row: such a default makes PostgreSQL write every row anew. */
const VOLATILE = /\bDEFAULT\s+(gen_random_uuid|random|clock_timestamp|nextval|uuid_generate_\w+)\s*\(/i;

/**
 * Looks through the SQL of one migration. Simple on purpose: it knows tables that the same SQL makes, and takes every other for one with traffic.
 * @returns what would rewrite a table, or keep its readers and writers out for as long as it is large
 */
export const faultsOf = (sql: string): readonly MigrationFault[] => {
  const statements = statementsOf(sql);
  const made = new Set(
    statements.flatMap((statement) => /^CREATE TABLE (?:IF NOT EXISTS )?(\S+)/i.exec(statement)?.[1] ?? []),
  );
  return statements.flatMap((statement) => {
    const table = tableOf(statement);
    if (table === undefined || made.has(table)) return [];
    return RULES.filter(([, broken]) => broken(statement)).map(([rule]) => ({
      rule,
      statement: statement.slice(0, 120),
    }));
  });
};

const RULES: readonly (readonly [MigrationFault['rule'], (statement: string) => boolean])[] = [
  // A BRIN index reads the table once and is small, but keeps writers out all the same.
  ['index-locks', (text) => /^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)/i.test(text)],
  [
    'column-not-null',
    (text) => columns(text).some((column) => /\bNOT NULL\b/i.test(column) && !/\bDEFAULT\b/i.test(column)),
  ],
  [
    'default-rewrites',
    (text) => columns(text).some((column) => VOLATILE.test(column) || /\bGENERATED\b/i.test(column)),
  ],
  ['type-rewrites', (text) => /^ALTER TABLE\b.*\bALTER (COLUMN )?\S+ (SET DATA )?TYPE\b/i.test(text)],
  [
    'check-scans',
    (text) =>
      /^ALTER TABLE\b.*\bADD (CONSTRAINT \S+ )?(CHECK|FOREIGN KEY)\b/i.test(text) && !/\bNOT VALID\b/i.test(text),
  ],
  ['full-lock', (text) => /^(VACUUM FULL|CLUSTER|LOCK TABLE|TRUNCATE)\b/i.test(text)],
  ['renames', (text) => /^ALTER TABLE\b.*\b(RENAME|DROP COLUMN)\b/i.test(text)],
];

const columns = (statement: string): readonly string[] =>
  /^ALTER TABLE\b/i.test(statement) ? statement.split(/\bADD COLUMN\b/i).slice(1) : [];

const tableOf = (statement: string): string | undefined =>
  /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(\S+)/i.exec(statement)?.[1] ??
  /^CREATE (?:UNIQUE )?INDEX .*?\bON (?:ONLY )?([^\s(]+)/i.exec(statement)?.[1] ??
  /^(?:VACUUM FULL|CLUSTER|LOCK TABLE|TRUNCATE)(?: TABLE)? ([^\s;,]+)/i.exec(statement)?.[1];

/** Without comments and bodies of functions; one space between words. */
const statementsOf = (sql: string): readonly string[] =>
  sql
    .replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
