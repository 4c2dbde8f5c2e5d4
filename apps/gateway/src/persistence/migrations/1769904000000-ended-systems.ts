import type { MigrationInterface, QueryRunner } from 'typeorm';

/** On whose word a system acts no more. That on which it acted stays beside. */
export class EndedSystems1769904000000 implements MigrationInterface {
  readonly name = 'EndedSystems1769904000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE gateway.system ADD COLUMN end_statement text`);
  }

  async down(): Promise<void> {
    throw new Error('a system that has ended is not let in by going back; restore a backup instead');
  }
}
