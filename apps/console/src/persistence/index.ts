import { Console1769400000000 } from './migrations/1769400000000-console.js';
import { ConsoleLogin1769500000000 } from './migrations/1769500000000-console-login.js';
import { ConsoleReviews1769600000000 } from './migrations/1769600000000-console-reviews.js';
import { ConsoleExports1769650000000 } from './migrations/1769650000000-console-exports.js';
import { ConsoleOwn1769650000001 } from './migrations/1769650000001-console-own.js';
import { ConsoleTally1769850000000 } from './migrations/1769850000000-console-tally.js';
import {
  ConsoleDue1769850001000,
  ConsoleDueOfAll1769850003000,
  ConsoleHappeningEntry1769850002000,
} from './migrations/1769850001000-console-indexes.js';
import { ConsoleNonce1769860000000 } from './migrations/1769860000000-console-nonce.js';

export const schema = 'console';
/** In order; never edited once merged. */
export const migrations = [
  Console1769400000000,
  ConsoleLogin1769500000000,
  ConsoleReviews1769600000000,
  ConsoleExports1769650000000,
  ConsoleOwn1769650000001,
  ConsoleTally1769850000000,
  ConsoleDue1769850001000,
  ConsoleHappeningEntry1769850002000,
  ConsoleDueOfAll1769850003000,
  ConsoleNonce1769860000000,
];
