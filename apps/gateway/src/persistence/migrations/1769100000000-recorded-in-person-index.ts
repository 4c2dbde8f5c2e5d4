import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was recorded as disclosed another way stands in the index of persons too. Its rows go with its content, as those of a delivery do. */
export class RecordedInPersonIndex1769100000000 implements MigrationInterface {
  readonly name = 'RecordedInPersonIndex1769100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.person_index DROP CONSTRAINT person_index_direction_check;
      ALTER TABLE gateway.person_index ADD CONSTRAINT person_index_direction_check
        CHECK (direction IN ('sent', 'received', 'recorded')) NOT VALID;`);
  }

  async down(): Promise<void> {
    throw new Error('services write here what they take in; restore a backup instead');
  }
}

/** How far each authority has been looked through for it. */
export class RecordedLookedThrough1769100001000 implements MigrationInterface {
  readonly name = 'RecordedLookedThrough1769100001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.person_indexed DROP CONSTRAINT person_indexed_direction_check;
      ALTER TABLE gateway.person_indexed ADD CONSTRAINT person_indexed_direction_check
        CHECK (direction IN ('sent', 'received', 'recorded')) NOT VALID;`);
  }

  async down(): Promise<void> {
    throw new Error('services write here what they take in; restore a backup instead');
  }
}

/** Of the rows of before too, while traffic goes on. */
export class PersonIndexWhole1769100002000 implements MigrationInterface {
  readonly name = 'PersonIndexWhole1769100002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.person_index VALIDATE CONSTRAINT person_index_direction_check;
      ALTER TABLE gateway.person_indexed VALIDATE CONSTRAINT person_indexed_direction_check;`);
  }

  async down(): Promise<void> {
    throw new Error('services write here what they take in; restore a backup instead');
  }
}
