import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each system may do. Those that are registered keep all that there was when this list was made: an administrator lessens it by a new registration. So do those that
 * the release before registers while it runs beside this one, since it names no scopes: the release after this one sets the default to '{}' (CONTRIBUTING.md, Migrations).
 */
export class Scopes1768301000000 implements MigrationInterface {
  readonly name = 'Scopes1768301000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.system ADD COLUMN scopes text[] NOT NULL DEFAULT '{referrals:read,referrals:write,checks:run,deliveries:read,deliveries:write,events:read,webhooks:read,webhooks:write,incidents:read,incidents:write,evidence:read,erasures:read,access-log:read,cases:read,cases:write}'`);
  }

  async down(): Promise<void> {
    throw new Error('what a system may do is never widened by going back; restore a backup instead');
  }
}
