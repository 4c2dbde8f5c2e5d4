import { Ledger1763900000000 } from './migrations/1763900000000-ledger.js';
import { PendingByLog1764000000000 } from './migrations/1764000000000-pending-by-log.js';
import { Cosignatures1764500000000 } from './migrations/1764500000000-cosignatures.js';
import { OwnEntries1764600000000 } from './migrations/1764600000000-own-entries.js';
import { PendingInOrder1764700000000 } from './migrations/1764700000000-pending-in-order.js';
import { Erasures1764900000000 } from './migrations/1764900000000-erasures.js';
import { Parties1765000000000 } from './migrations/1765000000000-parties.js';
import { CheckpointTime1765100000000 } from './migrations/1765100000000-checkpoint-time.js';
import { CasesOfParties1765300000000 } from './migrations/1765300000000-cases-of-parties.js';
import { OwnKeys1765400000000 } from './migrations/1765400000000-own-keys.js';
import { ErasuresAreLogged1765500000000 } from './migrations/1765500000000-erasures-are-logged.js';
import { ToldByTheExchange1765600000000 } from './migrations/1765600000000-told-by-the-exchange.js';
import { Uncompressed1767200000000 } from './migrations/1767200000000-uncompressed.js';
import { Assignments1769300000000 } from './migrations/1769300000000-assignments.js';
import { ConsoleHandsOver1769300100000 } from './migrations/1769300100000-console-hands-over.js';

export const schema = 'ledger';
/** In order; never edited once merged. */
export const migrations = [
  Ledger1763900000000,
  PendingByLog1764000000000,
  Cosignatures1764500000000,
  OwnEntries1764600000000,
  PendingInOrder1764700000000,
  Erasures1764900000000,
  Parties1765000000000,
  CheckpointTime1765100000000,
  CasesOfParties1765300000000,
  OwnKeys1765400000000,
  ErasuresAreLogged1765500000000,
  ToldByTheExchange1765600000000,
  Uncompressed1767200000000,
  Assignments1769300000000,
  ConsoleHandsOver1769300100000,
];
