import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * One process alone goes by what lies beside this file. The lock is the kernel's, on an empty SQLite database, which Node takes and `node:fs`
 * cannot: it ends with the process that holds it, whatever ends that, so a lock that nobody holds cannot be left behind.
 */
export class StateLock {
  private held: DatabaseSync | undefined;

  constructor(private readonly file: string) {}

  /** @returns whether this process holds it now; false while another does */
  take(): boolean {
    if (this.held !== undefined) return true;
    const database = new DatabaseSync(this.file);
    try {
      // No journal beside it: nothing is ever written.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if ((error as { readonly errcode?: number }).errcode === SQLITE_BUSY) return false;
      throw error;
    }
    this.held = database;
    return true;
  }

  release(): void {
    this.held?.close();
    this.held = undefined;
  }
}
