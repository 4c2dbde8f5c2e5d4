import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which case each entry names, so that holds are found whatever a decision says of it; a refusal is its sender's alone; one vote of a party on an opening. */
export class CasesOfParties1765300000000 implements MigrationInterface {
  readonly name = 'CasesOfParties1765300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE ledger.party ADD COLUMN case_id uuid;
      -- Everything whose opening is there is read again: with its case, and refusals without their recipient.
      ALTER TABLE ledger.party DISABLE TRIGGER party_is_kept;
      DELETE FROM ledger.party p WHERE EXISTS (SELECT FROM ledger.opening o WHERE o.index = p.index);
      ALTER TABLE ledger.party ENABLE TRIGGER party_is_kept;
      UPDATE ledger.party_read SET size = 0;

      -- The newest decision of a party on an opening stands; what one party says often makes no erasure longer.
      DELETE FROM ledger.erasure_vote v USING ledger.keeping k, ledger.erasure_vote w, ledger.keeping newer
        WHERE k.kind = 'erasure-decided' AND k.id = v.decision_id AND newer.kind = 'erasure-decided' AND newer.id = w.decision_id
          AND (w.entry_id, w.authority) = (v.entry_id, v.authority)
          AND (newer.taken_at, w.decision_id) > (k.taken_at, v.decision_id);
      ALTER TABLE ledger.erasure_vote DROP CONSTRAINT erasure_vote_pkey, ADD PRIMARY KEY (entry_id, authority);
      GRANT UPDATE (decision_id, case_id) ON ledger.erasure_vote TO delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
