import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An index made while traffic goes on. One that was broken off is there and of no use: it is made anew. */
export abstract class Concurrently implements MigrationInterface {
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
      await db.query(`CREATE INDEX CONCURRENTLY ${this.index} ON ${this.on}`);
    } finally {
      await db.query(`RESET lock_timeout`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX CONCURRENTLY IF EXISTS gateway.${this.index}`);
  }
}

export class ReferralByCase1768220000000 extends Concurrently {
  override readonly name = 'ReferralByCase1768220000000';
  protected override readonly index = 'referral_case';
  protected override readonly on = 'gateway.referral (authority, case_id)';
}

export class DeliveryByCase1768220001000 extends Concurrently {
  override readonly name = 'DeliveryByCase1768220001000';
  protected override readonly index = 'delivery_case';
  protected override readonly on = 'gateway.delivery (authority, case_id)';
}

export class EventByMessage1768220002000 extends Concurrently {
  override readonly name = 'EventByMessage1768220002000';
  protected override readonly index = 'event_message';
  protected override readonly on = 'gateway.event (authority, message_id)';
}

export class EventByCase1768220003000 extends Concurrently {
  override readonly name = 'EventByCase1768220003000';
  protected override readonly index = 'event_case';
  /** Those that are about a case alone. */
  protected override readonly on = 'gateway.event (authority, case_id) WHERE message_id IS NULL';
}
