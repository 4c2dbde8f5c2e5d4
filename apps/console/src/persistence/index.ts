import { Console1769400000000 } from './migrations/1769400000000-console.js';
import { ConsoleLogin1769500000000 } from './migrations/1769500000000-console-login.js';
import { ConsoleReviews1769600000000 } from './migrations/1769600000000-console-reviews.js';

export const schema = 'console';
/** In order; never edited once merged. */
export const migrations = [Console1769400000000, ConsoleLogin1769500000000, ConsoleReviews1769600000000];
