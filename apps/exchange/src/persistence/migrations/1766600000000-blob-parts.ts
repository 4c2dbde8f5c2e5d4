import type { MigrationInterface, QueryRunner } from 'typeorm';

/** In parts of which size a ciphertext lies in the blob store: what was brought in parts of one size is read when they are of another. */
export class BlobParts1766600000000 implements MigrationInterface {
  readonly name = 'BlobParts1766600000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE exchange.blob ADD COLUMN part_bytes int NOT NULL DEFAULT 4194304 CHECK (part_bytes > 0);
      GRANT UPDATE (part_bytes) ON exchange.blob TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
