import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which permits their sender holds, so that whoever looks for what may leave does not walk them each time. The sweep marks them; whatever a sender says of the case and
 * recipient takes the mark away, whichever process took it: a mark that is missing costs a look, one too many would keep a message.
 */
export class HeldDecisions1769100100000 implements MigrationInterface {
  readonly name = 'HeldDecisions1769100100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE exchange.decision ADD COLUMN held boolean NOT NULL DEFAULT false;
      GRANT UPDATE (held) ON exchange.decision TO delge_exchange;
      CREATE FUNCTION exchange.unmark_held() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE exchange.decision d SET held = false FROM exchange.message m
          WHERE d.held AND d.released_at IS NULL AND d.superseded_at IS NULL AND d.sender = NEW.sender AND m.sender = d.sender AND m.message_id = d.message_id AND m.attempt = d.attempt
            AND m.case_id = NEW.case_id AND m.recipient = NEW.recipient;
        RETURN NULL;
      END $$;
      CREATE TRIGGER unmark_held AFTER INSERT ON exchange.release_hold FOR EACH ROW EXECUTE FUNCTION exchange.unmark_held();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER unmark_held ON exchange.release_hold;
      DROP FUNCTION exchange.unmark_held;
      ALTER TABLE exchange.decision DROP COLUMN held;`);
  }
}

/** Made while traffic goes on. One that was broken off is there and of no use: it is made anew. */
abstract class Concurrently implements MigrationInterface {
  abstract readonly name: string;
  /** Nobody who writes waits for the index. */
  readonly transaction = false;
  protected abstract readonly index: string;
  protected abstract readonly on: string;

  async up(db: QueryRunner): Promise<void> {
    // It keeps nobody out, and waits for every transaction that was there before: to step back would be to begin anew.
    await db.query(`SET lock_timeout = 0`);
    try {
      await this.down(db);
      await db.query(`CREATE INDEX CONCURRENTLY ${this.index} ON exchange.decision ${this.on}`);
    } finally {
      await db.query(`RESET lock_timeout`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX CONCURRENTLY IF EXISTS exchange.${this.index}`);
  }
}

/** What may leave, in its order. */
export class DecisionUnheld1769100101000 extends Concurrently {
  override readonly name = 'DecisionUnheld1769100101000';
  protected override readonly index = 'decision_unheld';
  protected override readonly on = `(seq) WHERE released_at IS NULL AND superseded_at IS NULL AND NOT held`;
}

/** What a sender's word takes the mark from. */
export class DecisionHeld1769100102000 extends Concurrently {
  override readonly name = 'DecisionHeld1769100102000';
  protected override readonly index = 'decision_held';
  protected override readonly on = `(sender) WHERE held AND released_at IS NULL AND superseded_at IS NULL`;
}
