import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was released and lies in quarantine waits too. */
export class QuarantinedDeliveries1767250000000 implements MigrationInterface {
  readonly name = 'QuarantinedDeliveries1767250000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `CREATE INDEX message_delivery_quarantined ON gateway.message (authority) WHERE state = 'delivery-quarantined'`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX gateway.message_delivery_quarantined');
  }
}
