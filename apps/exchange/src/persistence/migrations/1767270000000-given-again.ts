import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often something was given again to a gateway whose processes stopped with it in hand. */
export class GivenAgain1767270000000 implements MigrationInterface {
  readonly name = 'GivenAgain1767270000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE exchange.given_again (
        -- Of its queue and its octets: published again it has another AMQP id.
        delivery uuid PRIMARY KEY, times int NOT NULL CHECK (times >= 1), at timestamptz NOT NULL);
      GRANT SELECT, INSERT, UPDATE ON exchange.given_again TO delge_exchange;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE exchange.given_again');
  }
}
