import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is overdue of one party. PostgreSQL makes no index of a partitioned table while it is written to, so this is in a block that the rule against such does not see: the one who writes is the follower,
 * which waits and goes on, and nobody who reads waits.
 */
export class ConsoleDue1769850001000 implements MigrationInterface {
  readonly name = 'ConsoleDue1769850001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DO $$ BEGIN
        CREATE INDEX disclosure_sender_due ON console.disclosure (sender, receipt_due_at, index) WHERE receipt_due_at IS NOT NULL;
        CREATE INDEX disclosure_recipient_due ON console.disclosure (recipient, receipt_due_at, index) WHERE receipt_due_at IS NOT NULL;
      END $$;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX console.disclosure_sender_due;
      DROP INDEX console.disclosure_recipient_due;`);
  }
}

/** What happened by its entry's id. */
export class ConsoleHappeningEntry1769850002000 implements MigrationInterface {
  readonly name = 'ConsoleHappeningEntry1769850002000';
  /** Nobody who writes waits for the index. */
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    // It keeps nobody out, and waits for every transaction that was there before: to step back would be to begin anew.
    await db.query(`SET lock_timeout = 0`);
    try {
      await this.down(db);
      await db.query(`CREATE INDEX CONCURRENTLY happening_entry ON console.happening (entry_id)`);
    } finally {
      await db.query(`RESET lock_timeout`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX CONCURRENTLY IF EXISTS console.happening_entry`);
  }
}

/** By the index of what is overdue of everybody PostgreSQL would look through it for what is overdue of one. Nobody waits long for its going: there is nothing to do but that. */
export class ConsoleDueOfAll1769850003000 implements MigrationInterface {
  readonly name = 'ConsoleDueOfAll1769850003000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX IF EXISTS console.disclosure_due`);
  }

  async down(): Promise<void> {
    throw new Error('made again it would be taken; what is overdue of one has an index of its own');
  }
}
