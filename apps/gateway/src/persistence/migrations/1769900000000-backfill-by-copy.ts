import { Concurrently } from './1768220000000-by-case.js';

/** What a copy is of. */
export class BackfillByCopy1769900000000 extends Concurrently {
  override readonly name = 'BackfillByCopy1769900000000';
  protected override readonly index = 'backfill_copy';
  protected override readonly on = 'gateway.backfill (authority, new_referral_id)';
}
