import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Those that an authority sent, which are few among its referrals. Made while traffic goes on, as in `ReferralByCase1768220000000`. */
export class SubscriptionRequests1768420002000 implements MigrationInterface {
  readonly name = 'SubscriptionRequests1768420002000';
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    await db.query(`SET lock_timeout = 0`);
    try {
      await this.down(db);
      await db.query(
        `CREATE INDEX CONCURRENTLY subscription_requests ON gateway.referral (authority, txid, seq) WHERE type LIKE 'subscription-request/%'`,
      );
    } finally {
      await db.query(`RESET lock_timeout`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX CONCURRENTLY IF EXISTS gateway.subscription_requests`);
  }
}
