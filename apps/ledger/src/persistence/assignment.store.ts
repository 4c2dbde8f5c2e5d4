import type { Assignment } from '#envelope';
import type { DataSource, EntityManager } from 'typeorm';
import { hand } from './hand.js';
import type { HandedStatement } from './hand.js';
import { nameKeys } from './own-keys.js';

/** A statement about an assignment as it was taken, exact characters. */
export interface TakenStatement {
  readonly statement: string;
  readonly entryId: string;
}

/** What participants have stated about who may read. */
export class AssignmentStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * One at a time with all that the ledger signs: a look within an assignment comes before its end or not at all, in the log as here.
   * @param keysSize of the keys log that an entry made within names @throws {KeysBehind}
   */
  inOrder<T>(keysSize: bigint, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await nameKeys(tx, keysSize);
      return work(tx);
    });
  }

  /** @param tx where it must agree with what is written there */
  async find(kind: Assignment['kind'], assignment: string, tx?: EntityManager): Promise<TakenStatement | undefined> {
    const [row] = await (tx ?? this.dataSource).query<{ statement: string; entry_id: string }[]>(
      `SELECT statement, entry_id FROM ledger.assignment WHERE assignment = $1 AND kind = $2`,
      [assignment, kind],
    );
    return row === undefined ? undefined : { statement: row.statement, entryId: row.entry_id };
  }

  /** With the entry that takes it into the log. */
  async add(tx: EntityManager, kind: Assignment['kind'], assignment: string, handed: HandedStatement): Promise<void> {
    await tx.query(`INSERT INTO ledger.assignment (kind, assignment, statement, entry_id) VALUES ($1, $2, $3, $4)`, [
      kind,
      assignment,
      handed.annex,
      handed.entryId,
    ]);
    await hand(tx, handed);
  }
}
