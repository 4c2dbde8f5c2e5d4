import { Ledger1763900000000 } from './migrations/1763900000000-ledger.js';

export const schema = 'ledger';
/** In order; never edited once merged. */
export const migrations = [Ledger1763900000000];
